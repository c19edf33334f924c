// SPDX-License-Identifier: MIT
// run.reference: what the samples of a run are compared with.
#pragma once

#include "core/settings.hpp"
#include "targets/target.hpp"

namespace tempera {

/// Points of the target that are taken for right.
struct ReferencePoints {
    std::string name;       ///< "exact", or the file as the preset names it
    std::vector<double> x;  ///< [n, dim] row-major, target coordinates; particles with their centre at rest
    std::vector<double> weight;  ///< [n], positive, sum 1
    std::size_t size() const { return weight.size(); }
};

/// Exact draws that "exact" takes, by streams of the run's seed.
inline constexpr int exact_reference_points = 20'000;
inline constexpr const char* no_exact_reference = "\"exact\" needs a target with an exact sampler; give a "
                                                  "csv or npy file of points or a run folder instead";
/// Level of its streams (Purpose::diagnostic), away from those of any path.
inline constexpr std::uint32_t reference_stream = 0x4d0000;
/// Fewer than this tell no distribution.
inline constexpr std::size_t least_reference_points = 20;

/// Null where run.reference is empty. Points without weight are left out. Throws ConfigError at
/// run.reference.
template <class Real>
std::shared_ptr<const ReferencePoints> load_reference(const Json& resolved, const Target<Real>& target);

/// What is wrong with the points of a preset that is good otherwise.
void check_reference(const Json& resolved, Problems& problems);

}  // namespace tempera
