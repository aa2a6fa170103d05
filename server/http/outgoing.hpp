#pragma once
// Bytes on their way to a socket: text, shared strings and slices of files, in order. Knows system calls, no event loop.
//
// A file's bytes leave from a mapping in one sendmsg together with the head where `leaves_from_mapping` says so; otherwise the head goes
// alone, then sendfile. (MSG_MORE before sendfile costs twice as much.) Copying little beats a second system call; copying some hundred KiB
// loses to lending the pages; from half a MiB on the many small pages cost the kernel and the client more than the copy, up to where the
// copy no longer fits a cache. The mapping is never touched in user space: a file cut short under us is EFAULT in the kernel, not SIGBUS
// here. Pages that are not in memory are not sent from: the disk would hold up everybody on the thread. push() says `cold` instead, and
// whoever has warmed what cold_part() names goes on.

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "content/model/delivery.hpp"
#include "content/model/open_file.hpp"

namespace earshot::http {

// A whole file, mapped read-only; unmapped with the last holder.
class Mapping {
public:
    Mapping(void* address, std::size_t length) noexcept : address_(address), length_(length) {}
    ~Mapping();
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    [[nodiscard]] const char* data() const noexcept { return static_cast<const char*>(address_); }

    // Whether the slice is in the page cache, by mincore; true also when the kernel does not say. What was found in memory is not looked
    // at again for a second: a hot file costs nothing. One thread.
    [[nodiscard]] bool is_resident(model::Interval slice) const;

private:
    static constexpr std::uint64_t block = 256 * 1024;
    void* address_;
    std::size_t length_;
    mutable std::vector<std::int64_t> seen_;  // by block: the second in which all of it was in memory
};

// Reads the slice into the page cache; blocks.
void warm(const model::OpenFile& file, model::Interval slice);

// Mappings of files that were served lately, one set a network thread. An entry goes when its file object is gone or others are wanted
// more.
class FileMappings {
public:
    static constexpr std::size_t capacity = 512;
    // Null when the file cannot be mapped: use sendfile.
    [[nodiscard]] std::shared_ptr<const Mapping> get(const model::OpenFilePtr& file);
    void drop_unused();  // those whose file object is gone

private:
    struct Entry {
        const model::OpenFile* key;
        std::weak_ptr<const model::OpenFile> file;
        std::shared_ptr<const Mapping> mapping;
    };
    std::list<Entry> recent_;  // front: used last
    std::unordered_map<const model::OpenFile*, std::list<Entry>::iterator> index_;
};

class Outgoing {
public:
    [[nodiscard]] static constexpr bool leaves_from_mapping(std::uint64_t length) noexcept {
        return length <= (32 << 10) || (length > (384 << 10) && length <= (1 << 20));
    }
    static constexpr std::size_t sendfile_slice = 2 << 20;
    static constexpr std::size_t turn = 8 << 20;  // then other connections of the thread get theirs

    enum class Step { done, blocked, again, cold, failed };

    void add(std::string text);
    void add(std::shared_ptr<const std::string> text);
    // `mapping` may be null: then nobody knows whether the bytes are in memory, and they leave by sendfile.
    void add(const model::OpenFilePtr& file, model::Interval slice, const std::shared_ptr<const Mapping>& mapping);

    // Sends as much as the socket takes and adds that to `position`. `again`: this turn is over, not blocked.
    [[nodiscard]] Step push(int socket, std::uint64_t& position);
    // The next bytes into memory of the caller's, for encryption: how many; −1 when the file is shorter than it was, `cold` as push.
    static constexpr std::int64_t cold = -2;
    [[nodiscard]] std::int64_t read(char* place, std::size_t size);
    [[nodiscard]] bool empty() const noexcept { return first_ == parts_.size(); }  // all is sent, or read

    struct FilePart {
        model::OpenFilePtr file;
        model::Interval slice;
    };
    [[nodiscard]] FilePart cold_part() const;    // after `cold`
    void trust_cold_part() { trusted_ = true; }  // sends it whatever its pages: it was warmed, or nobody could

    [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
    [[nodiscard]] std::uint64_t left() const noexcept { return left_; }

private:
    struct Part {
        std::string own;
        std::shared_ptr<const std::string> shared;
        model::OpenFilePtr file;
        std::shared_ptr<const Mapping> mapping;
        std::uint64_t begin{}, end{};  // still to send
        bool whole_mapped{};           // short enough to leave from the mapping
        [[nodiscard]] bool in_memory() const noexcept { return !file || whole_mapped; }
        [[nodiscard]] const char* data() const noexcept { return mapping ? mapping->data() : shared ? shared->data() : own.data(); }
    };
    void add(Part part);
    [[nodiscard]] model::Interval next_slice(const Part& part) const;
    [[nodiscard]] bool is_cold(const Part& part) const;
    struct Sent {
        std::int64_t count;  // as the system call says, or `cold`
        std::uint64_t wanted{};
    };
    [[nodiscard]] Sent push_memory(int socket);
    [[nodiscard]] Sent push_file(int socket);
    void advance(std::uint64_t count);

    boost::container::small_vector<Part, 2> parts_;  // most answers: head and content
    std::size_t first_{};
    std::uint64_t total_{}, left_{};
    bool trusted_{};
};

}  // namespace earshot::http
