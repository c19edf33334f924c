// SPDX-License-Identifier: MIT
#include "samplers/exchange/exchange_start.hpp"

#include <algorithm>

namespace tempera {

template <class Real>
void check_exchange_start(const DensityPath<Real>& path, const std::string& initial) {
    Problems problems;
    if (!path.has_level_densities()) {
        problems.add("sampler.type",
                     "\"replica_exchange\" needs log densities at every level, and this path has only scores "
                     "between its ends; use ais, or a model with an energy");
    }
    for (int k = 0; k < path.n_levels() && initial == "exact"; ++k) {
        if (!path.has_level_sampler(k)) {
            problems.add("sampler.initial", "\"exact\" needs exact samples of every level, and level " +
                                                std::to_string(k) + " has none; use \"reference\"");
            break;
        }
    }
    if (initial == "worst_mode" && !path.level_mixture(0)) {
        problems.add("sampler.initial",
                     "\"worst_mode\" needs a target that is a Gaussian mixture; use \"reference\"");
    }
    problems.throw_if_any();
}

template <class Real>
void draw_exchange_start(const DensityPath<Real>& path, const std::string& initial, int level,
                         const StreamKey& key, int b, Block<Real> x) {
    const auto first = static_cast<std::uint32_t>(b * block_size), at = static_cast<std::uint32_t>(level);
    if (initial == "reference" || level == path.n_levels()) {
        path.sample_reference(key.with(Purpose::reference, at), first, x);
        return;
    }
    const StreamKey draws = key.with(Purpose::target_sample, at);
    if (initial == "exact") {
        path.sample_level(level, draws, first, x);
        return;
    }
    // Paths that are mixtures at their lower end only (tempering) start every level from the target's mode.
    std::optional<Mixture> mixture = path.level_mixture(level);
    if (!mixture) {
        mixture = path.level_mixture(0);
    }
    const auto lightest = std::min_element(mixture->components.begin(), mixture->components.end(),
                                           [](const auto& a, const auto& c) { return a.weight < c.weight; });
    Mixture mode = *mixture;
    mode.components = {*lightest};
    mode.components.front().weight = 1;
    mode.template sample<Real>(draws, first, x);
}

template void check_exchange_start<float>(const DensityPath<float>&, const std::string&);
template void check_exchange_start<double>(const DensityPath<double>&, const std::string&);
template void draw_exchange_start<float>(const DensityPath<float>&, const std::string&, int, const StreamKey&,
                                         int, Block<float>);
template void draw_exchange_start<double>(const DensityPath<double>&, const std::string&, int,
                                          const StreamKey&, int, Block<double>);

}  // namespace tempera
