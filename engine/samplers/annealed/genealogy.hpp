// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

namespace tempera {

class StateArchive;

/// Who descends from whom: the ancestors of every resampling.
class Genealogy {
public:
    /// Books a resampling at a level: `from` [n] are the ancestors.
    void record(const std::vector<int>& from, int level);

    const std::vector<std::vector<int>>& ancestors() const { return ancestors_; }  ///< [event][n]
    const std::vector<int>& levels() const { return levels_; }                     ///< [event]
    void archive(StateArchive& archive, int n_particles, int n_levels);

private:
    std::vector<std::vector<int>> ancestors_;
    std::vector<int> levels_;
};

/// Makes one event of every two neighbouring resamplings: the ancestors [event][n] before both, with the
/// level of the later one. Bounds the memory of a recorded genealogy.
void halve_genealogy(std::vector<std::vector<int>>& ancestors, std::vector<int>& levels);

}  // namespace tempera
