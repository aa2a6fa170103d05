"""What python3-feedparser sees in a feed, a line a value."""
import sys

import feedparser

feed = feedparser.parse(sys.argv[1])
print("bozo:", int(feed.bozo))
for key in ("title", "link", "subtitle", "language", "author", "rights"):
    print(key + ":", feed.feed.get(key, "").replace("\n", "|"))
print("updated:", "-".join(str(part) for part in feed.feed.updated_parsed[:6]))
print("image:", feed.feed.image.href)
print("tags:", ", ".join(tag.term for tag in feed.feed.tags))
print("self:", [link.href for link in feed.feed.links if link.rel == "self"])
print("guid:", feed.feed.podcast_guid, feed.feed.podcast_locked, feed.feed.podcast_medium)
for entry in feed.entries:
    print("--", entry.id, "/", entry.title, "/", entry.link, "/", entry.guidislink)
    print("published:", "-".join(str(part) for part in entry.published_parsed[:6]))
    print("enclosures:", [(e.href, e.length, e.type) for e in entry.enclosures])
    print("itunes:", entry.itunes_duration, entry.itunes_explicit, entry.get("itunes_season"), entry.itunes_episode, entry.itunes_episodetype)
    print("image:", entry.get("image", {}).get("href"))
    print("summary:", entry.summary.replace("\n", "|"))
    print("content:", entry.content[-1].value.replace("\n", "|"))
