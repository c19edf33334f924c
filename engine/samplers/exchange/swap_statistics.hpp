// SPDX-License-Identifier: MIT
// What the swaps of replica exchange tell: rejections, the communication barrier and two estimates of log Z.
#pragma once

#include <span>
#include <vector>

#include "core/log_sum_exp.hpp"
#include "core/standard_error.hpp"

namespace tempera {

class StateArchive;

/// Works of offered swaps, pair by pair. Pair k joins levels k and k + 1. W_down is the work of the proposal
/// from k + 1 to k, W_up that of the same quantity along the proposal from k to k + 1, so that log acceptance
/// = W_down - W_up. A failed proposal has W_down = -infinity or W_up = +infinity. Memory is bounded: works
/// are kept for whole scans, every stride-th, and the stride doubles when the store is full.
class SwapStatistics {
public:
    SwapStatistics() = default;
    SwapStatistics(int n_pairs, int n_ensembles);

    /// One offer in every ensemble [n_ensembles]. Different pairs may be added at the same time.
    void add(int pair, std::span<const double> down, std::span<const double> up);

    /// Mean of 1 - min(1, acceptance) per pair (averages of probabilities, not of decisions); NaN before an
    /// offer.
    std::vector<double> rejection() const;
    double rejection(int pair) const;
    /// Sum over pairs of log mean exp W_down over all offers, accepted or not; NaN before every pair had one.
    double log_z_stepping_stone() const;

    struct Estimate {
        double value = 0;
        StandardError error;
        int pair_apart = -1;  ///< pair that overlaps least, where that leaves the error unknown
    };
    /// Bennett's acceptance ratio, pair by pair (J. Comp. Phys. 22, 1976). The standard error is that of the
    /// sum, from the influence of every offer on it, with the correlation of scans and pairs and the spread
    /// between ensembles (chain_error.hpp). There is none where two levels do not overlap.
    Estimate bennett() const;

    int n_pairs() const { return static_cast<int>(pairs_.size()); }

    void archive(StateArchive& archive);

private:
    struct Pair {
        double accepted = 0;
        long offers = 0, scans = 0, stride = 1;
        LogSumExp down_sum;
        std::vector<double> down, up;  ///< rows of width_ ensembles
    };
    struct PairRatio {
        double value = 0;
        double overlap = 0;  ///< works of the rarer kind that the ratio rests on
        std::vector<double> influence;
    };

    PairRatio bennett(const Pair& pair) const;
    StandardError error_of_sum(const std::vector<PairRatio>& parts) const;

    std::vector<Pair> pairs_;
    int width_ = 0;
    std::size_t capacity_ = 0;  ///< values per pair and direction
};

}  // namespace tempera
