// Which fields give something away, and what: by the names that containers, cameras, recorders and editors give them.

#include <algorithm>
#include <array>
#include <cctype>

#include "media/embedded/findings.hpp"

namespace earshot::media::embedded {

namespace {

using namespace std::string_view_literals;

struct Meaning {
    std::string_view words;
    std::string_view names;  // small letters and digits only, each between spaces
};

constexpr std::array meanings{
    Meaning{"Where it was recorded",
            " xyz loci locationiso6709 location locationname locationbody locationnote locationgps locationaltitude locationdate gps "
            "gpslatitude gpslongitude gpsaltitude gpsposition latitude longitude geolocation place venue icnt country city state "
            "recordinglocation subloc sublocation spatial locationtype locationfacing "},
    Meaning{
        "When it was made",
        " date day creationdate creationtime icrd idit originationdate originationtime time tdrc tyer tdat time trda tdtg tden tdor tory "
        "datetime datetimeoriginal datetimedigitized createdate modifydate metadatadate recordingdate datecreated timecreated "
        "timestampsamplessincemidnighthi timestampsamplessincemidnightlo bwforiginationdate bwforiginationtime daterecorded taggingdate "
        "encodingtime startdate starttime enddate endtime offsettime gpsdate gpsdatestamp gpstimestamp "},
    Meaning{"Software it was made with",
            " tsse isft software softwareversion swr too enc encoder encodersettings encodedusing creatortool softwareagent handler "
            "processingsoftware hostcomputer producerapp originatingprogram program wmencodingsettings encodingapplication tool toolname "
            "applicationname applicationversion creatingapplication "},
    Meaning{"Who made the file",
            " tenc encodedby originator bwforiginator ieng itch engineer technician ripper tpe3 user username author auth owner town "
            "cameraownername ownername artist xpauthor creator byline operator recordist soundmixer soundrecordist producer mixer "
            "isrc source isrf isrc fileauthor soundengineer writereditor captionwriter "},
    Meaning{"Maker of the device", " make mak manufacturer devicemanufacturer devicemake lensmake "},
    Meaning{"Model of the device", " model mod devicemodel devicemodelname recorder lensmodel audiorecorder recordermodel device "},
    Meaning{"Serial number of the device",
            " serial serialnumber serialno deviceserialnumber bodyserialnumber cameraserialnumber lensserialnumber internalserialnumber "
            "deviceserialno recorderserialnumber "},
    Meaning{"Recorder's serial number or reference", " originatorreference bwforiginatorreference "},
    Meaning{
        "An identifier",
        " umid bwfumid fileuid familyuid ufid documentid instanceid originaldocumentid derivedfrom imageuniqueid uuid guid id uid tapeid "
        "contentidentifier historyuid uniquefileid acoustidid mediauid originalfilename filename tofn isbj ubits contentid cutid clientid "
        "identifier umidbasic "},
    Meaning{"Project, scene and take",
            " project scene take tape reel reelname roll circled note filesetindex totalfiles filename2 speednote wildtrack notake session "
            "production shot slate timecode trackname tracklist channelindex interleaveindex masterspeed currentspeed function "},
    Meaning{"How it was coded before", " codinghistory bwfcodinghistory history "},
    Meaning{"Title", " nam title tit1 tit2 tit3 inam name titl headline album alb talb objectname subtitle works workingtitle iprd "},
    Meaning{"Artist", " art aart tpe1 tpe2 albumartist iart performer perf tcom composer wrt conductor "},
    Meaning{"Copyright", " cpy cprt copyright copyrightnotice icop tcop rights usageterms license wcop "},
    Meaning{"Comment",
            " cmt comment comments icmt comm usercomment xpcomment annotation anno remark instructions specialinstructions info "},
    Meaning{
        "Description",
        " des desc ldes description dscp imagedescription summary synopsis caption captionabstract bwfdescription isbj xpsubject xptitle "
        "tdes lyrics uslt lyr "},
    Meaning{"Keywords", " keywords ikey kywd subject xpkeywords keyw category "},
    Meaning{"Web address", " url www wxxx woaf woar woas wors wpub wpay wcom purl webstatement wfed link contact "},
    Meaning{"E-mail address", " email popm creatoremail contactemail "},
};

constexpr std::array gravest{"Where it was recorded"sv,
                             "Where it was taken"sv,
                             "Recorder's serial number or reference"sv,
                             "Serial number of the device"sv,
                             "Who made the file"sv,
                             "E-mail address"sv,
                             "When it was made"sv,
                             "Another soundtrack"sv,
                             "Moving pictures"sv,
                             "Subtitles"sv,
                             "A track of data"sv,
                             "Attached file"sv,
                             "Picture"sv,
                             "Bytes behind the end"sv,
                             "Filler that is not empty"sv,
                             "Model of the device"sv,
                             "Maker of the device"sv,
                             "Software it was made with"sv,
                             "Project, scene and take"sv,
                             "Comment"sv,
                             "Marker label"sv};

std::string folded(std::string_view field) {
    std::string out;
    for (const char c : field)
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

std::string_view meaning_of(std::string_view field) {
    const auto name = " " + folded(field) + " ";
    if (name.size() == 2) return {};
    const auto found =
        std::ranges::find_if(meanings, [&](const Meaning& meaning) { return meaning.names.find(name) != std::string_view::npos; });
    return found == meanings.end() ? std::string_view() : found->words;
}

}  // namespace

std::string_view plain_words(std::string_view field) {
    if (const auto whole = meaning_of(field); !whole.empty()) return whole;
    // Without what stands in front: "xmp:CreatorTool", "com.apple.quicktime.make".
    for (const std::string_view marks : {":", "."})
        if (const auto at = field.find_last_of(marks); at != std::string_view::npos)
            if (const auto last = meaning_of(field.substr(at + 1)); !last.empty()) return last;
    if (field.starts_with("com.apple.quicktime."))
        if (const auto rest = meaning_of(field.substr(20)); !rest.empty()) return rest;
    return "Other words";
}

std::size_t rank_of(std::string_view what) {
    return static_cast<std::size_t>(std::ranges::find(gravest, what) - gravest.begin());
}

}  // namespace earshot::media::embedded
