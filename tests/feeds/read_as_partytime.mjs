// What npm podcast-partytime, the Podcast Index's own parser, sees in a feed, a line a value.
import { readFileSync } from 'node:fs';
import { parseFeed } from 'podcast-partytime';

const feed = parseFeed(readFileSync(process.argv[2], 'utf8'));
const line = (name, value) => console.log(name + ':', JSON.stringify(value));
for (const key of ['title', 'link', 'language', 'explicit', 'itunesType', 'itunesCategory', 'author', 'owner', 'guid', 'locked', 'medium', 'podcastPeople'])
  line(key, feed[key]);
for (const item of feed.items) {
  console.log('--', item.guid, '/', item.title);
  for (const key of ['enclosure', 'duration', 'explicit', 'podcastSeason', 'podcastEpisode', 'podcastTranscripts', 'podcastChapters', 'podcastPeople', 'alternativeEnclosures'])
    line(key, item[key]);
}
