"""Charts over pyqtgraph with decimation of our own."""
