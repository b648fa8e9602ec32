"""Line-ups in and out: CSV, spreadsheets and JSON read and written, rows told from each other and found in the catalogue,
and the run sheet.
"""
