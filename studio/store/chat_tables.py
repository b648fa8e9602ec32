"""What reviews count and read by, that came after the first version."""

COUNTED = """
-- Both are null in rows of before: those are counted by their texts. `asks`: a viewer asks something; `chatter`: a number
-- for who wrote it.
ALTER TABLE chat_message ADD COLUMN asks INTEGER;
ALTER TABLE chat_message ADD COLUMN chatter INTEGER;
CREATE INDEX chat_message_counted ON chat_message(show, channel, at_ms, by_us, gap, asks, chatter);
-- A review reads all of a show, in order of time.
CREATE INDEX viewer_sample_in_time ON viewer_sample(show_id, at_ms, channel, viewers);
"""
