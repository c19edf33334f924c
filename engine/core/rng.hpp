// SPDX-License-Identifier: MIT
// Counter-based random numbers: Philox4x32-10 (Salmon et al., SC 2011). No generator has a state; a draw is a
// function of its key, so results are the same for any number of threads, any pause and any order of work.
#pragma once

#include <array>
#include <cstdint>

#include "core/block.hpp"

namespace tempera {

/// What a draw is for; two purposes never share a stream.
enum class Purpose : std::uint8_t {
    reference = 1,  ///< samples of the reference at level n_levels
    target_sample,  ///< exact samples of the target
    noise,          ///< noising of exact samples to a level
    transition,     ///< transition kernels, downwards
    transition_up,  ///< transition kernels, upwards (replica exchange)
    probe,          ///< Hutchinson probes and auxiliary vectors
    move,           ///< proposals of MCMC moves
    accept,         ///< acceptance of MCMC moves
    resample,       ///< resampling
    swap,           ///< acceptance of swaps
    diagnostic,     ///< projections, bootstrap, subsets
    pilot,          ///< pilot runs
    training,       ///< everything a training draws: first weights, data, noise
};

/// Key of a stream. `step` is a scan, sweep or MCMC step, or what else is counted; no two counts share a
/// stream.
struct StreamKey {
    std::uint64_t seed = 0;
    std::uint32_t replicate = 0;
    std::uint32_t level = 0;  ///< < 2^24
    Purpose purpose = Purpose::reference;
    std::uint64_t step = 0;

    StreamKey with(Purpose p, std::uint32_t at_level, std::uint64_t at_step = 0) const {
        StreamKey k = *this;
        k.purpose = p, k.level = at_level, k.step = at_step;
        return k;
    }
};

/// Philox4x32 with 10 rounds: the published function of (counter, key).
std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key);

/// Scalar stream of one particle: successive draws of the stream (key, particle).
class Stream {
public:
    Stream(const StreamKey& key, std::uint32_t particle);
    std::uint32_t bits();
    /// Uniform in (0, 1), 53 bits, never 0 or 1.
    double uniform();
    double normal();

private:
    std::array<std::uint32_t, 4> counter_{}, word_{};
    std::array<std::uint32_t, 2> key_{};
    int left_ = 0;
    double spare_ = 0;
    bool has_spare_ = false;
};

/// Standard normals for a block: particle `first + lane` of the stream `key`, rows = coordinates. Vectorised
/// (Box-Muller); fills the padded lanes too. The numbers depend on (key, particle, row) and the precision
/// only.
template <class Real>
void fill_normals(const StreamKey& key, std::uint32_t first, Block<Real> out);

/// Uniforms in (0, 1) with the same keys: one row of lanes per row of `out`.
template <class Real>
void fill_uniforms(const StreamKey& key, std::uint32_t first, Block<Real> out);

/// Rademacher signs (+1 or -1) with the same keys.
template <class Real>
void fill_rademacher(const StreamKey& key, std::uint32_t first, Block<Real> out);

}  // namespace tempera
