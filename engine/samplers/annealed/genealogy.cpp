// SPDX-License-Identifier: MIT
#include "samplers/annealed/genealogy.hpp"

#include <algorithm>

#include "core/state_archive.hpp"

namespace tempera {

namespace {

constexpr std::size_t most_ancestors = std::size_t{1} << 26;  // over all resamplings

}  // namespace

void halve_genealogy(std::vector<std::vector<int>>& ancestors, std::vector<int>& levels) {
    const std::size_t n_pairs = ancestors.size() / 2, left = ancestors.size() % 2;
    for (std::size_t pair = 0; pair < n_pairs; ++pair) {
        const std::vector<int>& first = ancestors[2 * pair];
        std::vector<int> both;
        both.reserve(first.size());
        for (const int parent : ancestors[2 * pair + 1]) {
            both.push_back(first[static_cast<std::size_t>(parent)]);
        }
        ancestors[pair] = std::move(both);
        levels[pair] = levels[2 * pair + 1];
    }
    if (left && n_pairs > 0) {
        ancestors[n_pairs] = std::move(ancestors.back());
        levels[n_pairs] = levels.back();
    }
    ancestors.resize(n_pairs + left);
    levels.resize(n_pairs + left);
}

void Genealogy::record(const std::vector<int>& from, int level) {
    if (ancestors_.size() > 1 && (ancestors_.size() + 1) * from.size() > most_ancestors) {
        halve_genealogy(ancestors_, levels_);
    }
    ancestors_.push_back(from);
    levels_.push_back(level);
}

void Genealogy::archive(StateArchive& archive, int n_particles, int n_levels) {
    archive.whole("genealogy", ancestors_, 0, n_particles - 1);
    archive.whole("genealogy.level", levels_, 0, n_levels);
    archive.check("genealogy", levels_.size() == ancestors_.size() &&
                                   std::all_of(ancestors_.begin(), ancestors_.end(), [&](const auto& event) {
                                       return static_cast<int>(event.size()) == n_particles;
                                   }));
}

}  // namespace tempera
