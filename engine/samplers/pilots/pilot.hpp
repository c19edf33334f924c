// SPDX-License-Identifier: MIT
#pragma once

#include "core/rng.hpp"

namespace tempera {

/// Key of a pilot run: a seed of its own drawn from the stream (key, Purpose::pilot, number), so that nothing
/// a pilot draws comes again in the run that follows.
inline StreamKey pilot_key(const StreamKey& key, std::uint32_t number) {
    Stream stream(key.with(Purpose::pilot, 0, number), 0);
    StreamKey out = key;
    const std::uint64_t high = stream.bits();
    out.seed = (high << 32) | stream.bits();
    return out;
}

}  // namespace tempera
