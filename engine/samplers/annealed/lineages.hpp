// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

namespace tempera {

class StateArchive;

/// Relative variance of a population's estimate of Z from its genealogy, for every resampling scheme.
///
/// Lineages are independent until they are resampled together. Let W be the normalised weights of n particles
/// at the end of a stretch, from one resampling to the next. A lineage gains what its particles weigh beyond
/// their number, and what resampling itself does to that number is left out,
///     gain_j = sum over stretches of sum_{i in j} (n W_i - 1),     Var(Z^) / Z^2 ~ sum_j gain_j^2 / n^2:
/// the martingale differences of Chan and Lai (Annals of Statistics 41, 2013) added up by origin. With
/// multinomial resampling and one origin per particle this is Lee and Whiteley's estimate (Biometrika 105,
/// 2018) with the counts of the offspring in place of their expectation, which is what makes it hold for
/// systematic, stratified and residual offspring, too. Without resampling it is 1/ESS - 1/n.
///
/// Lineages die out. When few are left, their gains are settled and every particle begins a lineage of its
/// own, which forgets what stretches far apart have in common (the fixed lag of Olsson and Douc, Bernoulli
/// 25, 2019). The lineages from the very beginning are kept beside: where they vary far more, nothing was
/// forgotten (copies that no move takes apart), and they count.
class Lineages {
public:
    /// n particles that know nothing of each other.
    explicit Lineages(int n) : recent_(n), all_(n) {}
    /// Books the stretch that ends with these log weights [n], of log sum `log_sum`, and the resampling to
    /// the ancestors `from` [n], ascending.
    void resample(std::span<const double> log_weight, double log_sum, const std::vector<int>& from);
    /// Var(Z^) / Z^2 with a stretch that has come to these log weights; NaN for one particle.
    double variance(std::span<const double> log_weight, double log_sum) const;

    void archive(StateArchive& archive);

private:
    struct Gains {
        std::vector<int> lineage;  // [n] ascending
        std::vector<double> gain;  // [n], by lineage

        explicit Gains(int n);
        void add(std::span<const double> log_weight, double log_sum);
        void descend(const std::vector<int>& from);
        double effective_number() const;
        double variance() const;
    };

    Gains recent_, all_;  // from the last settling, from the start
    double settled_ = 0;  // variance of recent lineages that are gone
};

}  // namespace tempera
