"""Who fetches podcasts, from public facts: what a person listens with, and what nobody listens to. Neither list is made from Earshot's."""

IPHONE = "AppleCoreMedia/1.0.0.20F75 (iPhone; U; CPU OS 16_5 like Mac OS X; en_gb)"
OPERA = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/113.0.0.0 Safari/537.36 OPR/99.0.0.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36"

APPS = [
    "Podcasts/1650.20 CFNetwork/1333.0.4 Darwin/21.5.0", "Podcaster/1660.5 CFNetwork/1335.0.3 Darwin/21.6.0",
    "%E6%92%AD%E5%AE%A2/1660.5 CFNetwork/1335.0.3 Darwin/21.6.0", "AirPodcasts/1650.1 CFNetwork/1333.0.4 Darwin/21.5.0",
    "Overcast/3.0 (+http://overcast.fm/; iOS podcast app)", "Overcast/792 CFNetwork/1098.7 Darwin/19.0.0",
    "Overcast (+http://overcast.fm/; Apple Watch podcast app)", "Pocket Casts", "Pocket Casts/7.38 (Linux;Android 13) ExoPlayerLib/2.18.1",
    "Shifty Jelly Pocket Casts, iOS v4.2", "AntennaPod/3.1.2", "Castro 2023.4/1285", "PodcastAddict/v5 (+https://podcastaddict.com/; Android podcast app)",
    "Spotify/8.6.50 Android/29 (SM-A515F)", "Spotify/8.7.10 iOS/15.3.1 (iPhone13,2)", "CastBox/8.19.0-200927161 (Linux;Android 10) ExoPlayerLib/2.10.4",
    "Castamatic/3847 CFNetwork/1240.0.4 Darwin/20.6.0", "Podverse/iOS Mobile App", "Podverse/F-Droid Android Mobile App/",
    "Fountain/0.3.13 android https://www.fountain.fm", "gPodder/3.10.21 (+http://gpodder.org/) Linux", "Kasts/22.09; Syndication",
    "BBC%20Sounds/1.13.1.7716 CFNetwork/1107.1 Darwin/19.0.0", "Deezer/6.2.2.80 (Android; 9; Mobile; fr) samsung SM-G950F",
    "AmazonMusic/9.15.2 iPhone7,2 CFNetwork/978.0.7 Darwin/18.7.0", "iHeartRadio/9.20.0 (iPhone; iOS 13.4.1; iPhone11,8)", "Player%20FM/588 CFNetwork/1121.2.2 Darwin/19.2.0",
    "GooglePodcasts/2.0.10 iPhone/14.6 hw/iPhone12_1", "PodcastRepublic/18.0 (Linux; U; Android 10;blueline/QP1A.190711.020.C3)",
    "Anytime/1.2.1 b74 (phone;android QP1A.190711.020) https://github.com/amugofjava/anytime_podcast_player", "Podimo/1.11.3 build 91/Android 28",
    "RadioPublic/android-2.2", "iTunes/12.10.9 (Windows; Microsoft Windows 10 x64 Home Premium Edition (Build 19041); x64) AppleWebKit/7609.3005.1003.3",
    "Linux UPnP/1.0 Sonos/57.4-83220 (ZPS1)", "AlexaMediaPlayer/2.0.201528.0 (Linux;Android 5.1.1) ExoPlayerLib/1.5.9", "Roku/DVP-9.10 (499.10E04121A)",
    "VLC/3.0.18 LibVLC/3.0.18", "Snipd/90 CFNetwork/1329 Darwin/21.3.0", "Podbean/iOS (http://podbean.com) 5.2.0 - 19c4ff29", "Bullhorn/1.0 (+http://bullhorn.fm/)",
]
PLAYERS = [IPHONE, "AppleCoreMedia/1.0.0.20L497 (HomePod; U; CPU OS 16_5 like Mac OS X; en_gb)", "stagefright/1.2 (Linux;Android 9)", "Lavf/59.27.100", "curl/7.88.1",
           "itunesstored/1.0 iOS/14.0.1 model/iPhone12,1 hwp/t8030 build/18A393 (6; dt:203) AMS/1"]
BROWSERS = [CHROME, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.5 Safari/605.1.15",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:109.0) Gecko/20100101 Firefox/114.0",
            "Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/113.0.0.0 Mobile Safari/537.36"]
UNLISTED = ["WaveRider/1.2 (Android 14; Pixel 8)", "Hark Hark/3 CFNetwork/1410.0.3 Darwin/22.6.0", "WaveRider/1.3 (+https://waverider.example; iPhone 17.1)"]

WATCHES = ["atc/1.0 watchOS/9.5 model/Watch6,2 hwp/t8301 build/20T562 (6; dt:235)", "(null)/(null) watchOS/5.1 model/Watch4,2 hwp/t8006 build/16R591 (6; dt:191)"]
BOTS = [
    "iTMS", "Overcast/1.0 Podcast Sync (312 subscribers; feed-id=1184; +http://overcast.fm/)", "Spotify/1.0", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "PodchaserParser/2.0 (https://podchaser.com)",
    "Podcastindex.org/v0.3.3 (Aggrivate)", "Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)", "PodscanBot/1.1.0 Ubuntu/22.04 (Linux) +https://podscan.fm",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)", "ListenNotes/3.0 (id=1; +https://www.listennotes.com/about/)",
    "python-requests/2.28.1", "Go-http-client/2.0", "Java/1.8.0_292", "axios/1.4.0", "okhttp-crawler/1", "Harvester/2.0 (audio crawler)", "Collector/1.1 (+https://collector.example/about)",
    "podcast-downloader", "Studio Importer 1.1", "", "-", "(null)", "Mozilla/5.0", "TelegramBot (like TwitterBot)", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
]
NOBODY = set(WATCHES + BOTS)
DATA_CENTRES = ("54.72.", "2a01:4f8:")
