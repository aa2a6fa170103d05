#include "media/probe.hpp"

#include "media/master.hpp"

namespace earshot::media {

model::Result<model::MasterInfo> probe(int descriptor, Maker maker) {
    auto master = open_master(descriptor, maker);
    if (!master) return std::unexpected(master.error());
    AudioBlock block;
    if (!master->reader.read(block)) return std::unexpected(no_samples());
    return master_info(*master);
}

}  // namespace earshot::media
