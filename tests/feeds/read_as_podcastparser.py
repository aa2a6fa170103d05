"""What python3-podcastparser, the parser inside gPodder, sees in a feed, a line a value."""
import sys

import podcastparser

with open(sys.argv[1], "rb") as stream:
    podcast = podcastparser.parse("https://pod.example.org/shows/x/feed.xml", stream)
for key in ("title", "link", "description", "language", "itunes_author", "itunes_type", "cover_url", "explicit", "itunes_categories", "itunes_owner", "generator"):
    print(key + ":", repr(podcast.get(key)))
for episode in podcast["episodes"]:
    print("--", episode["guid"], "/", episode["title"], "/", episode["link"])
    print("published:", episode["published"], "total_time:", episode["total_time"], "number:", episode.get("number"), episode.get("type"), episode.get("explicit"))
    print("enclosures:", [(e["url"], e["file_size"], e["mime_type"]) for e in episode["enclosures"]])
    print("art:", episode.get("episode_art_url"))
    print("chapters:", [(c["start"], c["title"]) for c in episode.get("chapters", [])])
    print("html:", episode.get("description_html", "").replace("\n", "|"))
