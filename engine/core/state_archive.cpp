// SPDX-License-Identifier: MIT
#include "core/state_archive.hpp"

#include <cstring>

#include "core/errors.hpp"

namespace tempera {

namespace {

std::size_t element_bytes(NpyArray::Type type) {
    switch (type) {
    case NpyArray::Type::f64:
    case NpyArray::Type::i64:
        return 8;
    case NpyArray::Type::f32:
    case NpyArray::Type::i32:
        return 4;
    case NpyArray::Type::u8:
        break;
    }
    return 1;
}

}  // namespace

void StateArchive::check(const std::string& name, bool fits) const {
    if (!fits) {
        throw ConfigError(origin_, "does not fit this run (" + name + "); it is of another one or damaged");
    }
}

const NpyArray& StateArchive::stored(const std::string& name, NpyArray::Type type) const {
    const auto at = arrays_.find(name);
    check(name, at != arrays_.end() && at->second.type == type);
    return at->second;
}

void StateArchive::fixed(const std::string& name, NpyArray::Type type, void* data, std::size_t bytes) {
    if (restoring_) {
        const NpyArray& array = stored(name, type);
        check(name, array.bytes.size() == bytes);
        if (bytes > 0) {
            std::memcpy(data, array.bytes.data(), bytes);
        }
        return;
    }
    NpyArray array{type, {bytes / element_bytes(type)}, {}};
    const auto* from = static_cast<const std::uint8_t*>(data);
    array.bytes.assign(from, from + bytes);
    arrays_[name] = std::move(array);
}

void StateArchive::operator()(const std::string& name, Npz& arrays) {
    const std::string prefix = name + ".";
    if (!restoring_) {
        for (const auto& [key, array] : arrays) {
            arrays_[prefix + key] = array;
        }
        return;
    }
    arrays.clear();
    for (const auto& [key, array] : arrays_) {
        if (key.rfind(prefix, 0) == 0) {
            arrays[key.substr(prefix.size())] = array;
        }
    }
}

std::size_t StateArchive::list_size(const std::string& name, NpyArray::Type type, std::size_t now,
                                    std::size_t element) {
    if (!restoring_) {
        return now;
    }
    const std::size_t bytes = stored(name, type).bytes.size();
    check(name, bytes % element == 0);
    return bytes / element;
}

}  // namespace tempera
