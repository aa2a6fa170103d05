// What npm feedsmith sees in a feed: its own view, as JSON with sorted keys.
import { readFileSync } from 'node:fs';
import { parseRssFeed } from 'feedsmith';

const feed = parseRssFeed(readFileSync(process.argv[2], 'utf8'));
const channel = feed;
console.log('title:', channel.title, '/', channel.language, '/', channel.link);
console.log('self:', JSON.stringify(channel.atom?.links));
console.log('itunes:', JSON.stringify(channel.itunes));
console.log('podcast:', JSON.stringify(channel.podcast));
for (const item of channel.items ?? []) {
  console.log('--', JSON.stringify(item.guid), '/', item.title);
  console.log('enclosures:', JSON.stringify(item.enclosures));
  console.log('itunes:', JSON.stringify(item.itunes));
  console.log('podcast:', JSON.stringify(item.podcast));
  console.log('psc:', JSON.stringify(item.psc));
}
