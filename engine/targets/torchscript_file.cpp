// SPDX-License-Identifier: MIT
#include "targets/torchscript_file.hpp"

#include <filesystem>
#include <fstream>

namespace tempera {

namespace {

constexpr int zip_header = 30;  ///< bytes before the name of an archive's first entry

/// Its name, which follows the header that was read.
std::string first_entry(std::ifstream& in, const std::string& header) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(header[i]); };
    std::string name(static_cast<std::size_t>(byte(26) + 256 * byte(27)), '\0');
    in.read(name.data(), static_cast<std::streamsize>(name.size()));
    return in ? name : "";
}

}  // namespace

void check_torchscript_file(const std::string& file, const std::string& place, Problems& problems) {
    const std::string fix = "; name a .pt file written by torch.jit.save";
    if (file.empty()) {
        problems.add(place, "is empty" + fix);
        return;
    }
    std::ifstream in(file, std::ios::binary);
    std::string head(zip_header, '\0');
    if (!in || std::filesystem::is_directory(file)) {
        problems.add(place, "\"" + file + "\" cannot be opened" + fix);
    } else if (!in.read(head.data(), zip_header) || !head.starts_with("PK\3\4")) {
        problems.add(place, "\"" + file + "\" is no TorchScript archive" + fix);
    } else if (first_entry(in, head).ends_with(".npy")) {
        problems.add(place, "\"" + file +
                                "\" holds arrays, such as the state of a training, and no TorchScript" + fix +
                                ", or as a network the training's folder or its weights.npz");
    }
}

void refuse_without_libtorch(const std::string& place, const std::string& instead) {
    throw ConfigError(place,
                      "\"torchscript\" needs LibTorch, which this program was built without; build with "
                      "TEMPERA_LEARN=ON, or " +
                          instead);
}

}  // namespace tempera
