// SPDX-License-Identifier: MIT
#include <zip.h>

#include <memory>
#include <stdexcept>

#include "core/errors.hpp"
#include "core/files.hpp"
#include "core/npy.hpp"

namespace tempera {

namespace {

using Bytes = std::vector<std::uint8_t>;

struct DiscardZip {
    void operator()(zip_t* z) const { zip_discard(z); }
};
struct CloseZipFile {
    void operator()(zip_file_t* f) const { zip_fclose(f); }
};
struct FreeSource {
    void operator()(zip_source_t* s) const { zip_source_free(s); }
};

Bytes read_entry(zip_t* zip, zip_uint64_t index, const std::string& name) {
    zip_stat_t info;
    const std::unique_ptr<zip_file_t, CloseZipFile> entry(zip_fopen_index(zip, index, 0));
    if (!entry || zip_stat_index(zip, index, 0, &info) != 0) {
        throw ConfigError(name, std::string("cannot be read: ") + zip_strerror(zip));
    }
    // Grows with what is really there: a false size in the directory costs no memory.
    Bytes out;
    std::vector<std::uint8_t> buffer(std::size_t{1} << 18);
    for (;;) {
        const zip_int64_t n = zip_fread(entry.get(), buffer.data(), buffer.size());
        if (n < 0) {
            throw ConfigError(name, std::string("is damaged: ") + zip_file_strerror(entry.get()));
        }
        if (n == 0) {
            break;
        }
        out.insert(out.end(), buffer.begin(), buffer.begin() + n);
    }
    return out;
}

void add_entry(zip_t* zip, const std::string& name, const Bytes& bytes) {
    zip_source_t* source = zip_source_buffer(zip, bytes.data(), bytes.size(), 0);
    if (!source) {
        throw std::runtime_error(std::string("npz: ") + zip_strerror(zip));
    }
    const zip_int64_t index = zip_file_add(zip, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
        zip_source_free(source);
        throw std::runtime_error(std::string("npz: ") + zip_strerror(zip));
    }
    // 1 January 1980, the first moment of the DOS calendar: equal contents give equal bytes.
    constexpr zip_uint16_t first_day = (1 << 5) | 1;
    if (zip_set_file_compression(zip, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0) != 0 ||
        zip_file_set_dostime(zip, static_cast<zip_uint64_t>(index), 0, first_day, 0) != 0) {
        throw std::runtime_error(std::string("npz: ") + zip_strerror(zip));
    }
}

/// What people and their systems put into archives beside arrays is passed over: texts, folders, what macOS
/// keeps of files' attributes.
bool is_array(const std::string& name) {
    const std::string file = name.substr(name.rfind('/') + 1);
    return name.ends_with(".npy") && !file.starts_with(".") && !name.starts_with("__MACOSX/");
}

/// An array in a folder is known by its own name, too, where no other array has it.
Npz without_folders(Npz arrays) {
    std::map<std::string, int> uses;
    const auto own_name = [](const std::string& name) { return name.substr(name.rfind('/') + 1); };
    for (const auto& [name, array] : arrays) {
        ++uses[own_name(name)];
    }
    Npz out;
    for (auto& [name, array] : arrays) {
        out.emplace(uses[own_name(name)] == 1 ? own_name(name) : name, std::move(array));
    }
    return out;
}

}  // namespace

Npz read_npz(const std::filesystem::path& file) {
    const Bytes bytes = read_file_bytes(file);
    if (bytes.empty()) {
        throw ConfigError(file.string(), "is empty, not an npz file");
    }
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    std::unique_ptr<zip_t, DiscardZip> zip(
        source ? zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error) : nullptr);
    if (!zip) {
        if (source) {
            zip_source_free(source);
        }
        const std::string why = zip_error_strerror(&error);
        zip_error_fini(&error);
        throw ConfigError(file.string(), "is not a readable npz file: " + why);
    }
    Npz out;
    const zip_int64_t n = zip_get_num_entries(zip.get(), 0);
    for (zip_int64_t i = 0; i < n; ++i) {
        const char* entry = zip_get_name(zip.get(), static_cast<zip_uint64_t>(i), 0);
        std::string name = entry ? entry : "";
        if (!is_array(name)) {
            continue;
        }
        const std::string place = file.string() + ":" + name;
        name.resize(name.size() - 4);
        if (!out.emplace(name, parse_npy(read_entry(zip.get(), static_cast<zip_uint64_t>(i), place), place))
                 .second) {
            throw ConfigError(place, "stands twice in the file");
        }
    }
    if (n > 0 && out.empty()) {
        throw ConfigError(file.string(), "holds no npy array");
    }
    return without_folders(std::move(out));
}

void write_npz(const std::filesystem::path& file, const Npz& arrays) {
    if (arrays.empty()) {
        // libzip deletes archives without entries; this is the end record alone.
        write_file_atomically(file, "PK\5\6" + std::string(18, '\0'));
        return;
    }
    std::map<std::string, Bytes> entries;
    zip_error_t error;
    zip_error_init(&error);
    const std::unique_ptr<zip_source_t, FreeSource> source(zip_source_buffer_create(nullptr, 0, 0, &error));
    std::unique_ptr<zip_t, DiscardZip> zip(
        source ? zip_open_from_source(source.get(), ZIP_CREATE | ZIP_TRUNCATE, &error) : nullptr);
    if (!zip) {
        throw std::runtime_error("cannot write " + file.string() + ": " + zip_error_strerror(&error));
    }
    // The archive owns the source from here on; one more reference keeps its bytes after zip_close.
    zip_source_keep(source.get());
    for (const auto& [name, array] : arrays) {
        add_entry(zip.get(), name + ".npy", entries.emplace(name, format_npy(array)).first->second);
    }
    if (zip_close(zip.get()) != 0) {
        throw std::runtime_error("cannot write " + file.string() + ": " + zip_strerror(zip.get()));
    }
    zip.release();
    zip_stat_t info;
    if (zip_source_stat(source.get(), &info) != 0 || zip_source_open(source.get()) != 0) {
        throw std::runtime_error("cannot write " + file.string() + ": " +
                                 zip_error_strerror(zip_source_error(source.get())));
    }
    Bytes bytes(info.size);
    const zip_int64_t got = zip_source_read(source.get(), bytes.data(), bytes.size());
    zip_source_close(source.get());
    if (got != static_cast<zip_int64_t>(bytes.size())) {
        throw std::runtime_error("cannot write " + file.string() + ": the archive could not be read back");
    }
    write_bytes_atomically(file, bytes.data(), bytes.size());
}

}  // namespace tempera
