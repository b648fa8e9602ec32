"""What a show earned: report, exports, advice."""
