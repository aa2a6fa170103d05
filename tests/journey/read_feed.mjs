// A feed as two independent podcast parsers see it: node read_feed.mjs FILE → JSON on stdout.
import fs from "node:fs";
import { parseRssFeed } from "feedsmith";
import { parseFeed } from "podcast-partytime";

const xml = fs.readFileSync(process.argv[2], "utf8");
const smith = parseRssFeed(xml);
const party = parseFeed(xml);
console.log(
  JSON.stringify({
    feedsmith: {
      title: smith.title,
      guid: smith.podcast?.guid,
      locked: smith.podcast?.locked?.value,
      items: smith.items.map((item) => ({
        title: item.title,
        guid: item.guid?.value,
        enclosure: item.enclosures?.[0] ?? item.enclosure,
        transcripts: item.podcast?.transcripts,
        chapters: item.podcast?.chapters,
        alternates: item.podcast?.alternateEnclosures,
      })),
    },
    partytime: {
      title: party.title,
      guid: party.guid,
      medium: party.medium,
      support: party.pc20support,
      items: party.items.map((item) => ({ title: item.title, guid: item.guid, enclosure: item.enclosure, duration: item.duration })),
    },
  }),
);
