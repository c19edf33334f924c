// SPDX-License-Identifier: MIT
#include "samplers/pilots/cess_pilot.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/number.hpp"
#include "core/number_text.hpp"
#include "core/parallel.hpp"
#include "samplers/annealed/resampling.hpp"
#include "samplers/annealed/weighted_population.hpp"
#include "samplers/pilots/pilot.hpp"
#include "samplers/step_adaptation.hpp"

namespace tempera {

namespace {

/// Of the log step by the acceptance's distance from its aim; constant, as the density moves on at every step
/// and there is nothing to converge to.
constexpr double step_gain = 0.5;
/// Of the particles' number: resampling below this effective sample size (the usual half).
constexpr double resampling_threshold = 0.5;

template <class Real>
class CessPilot {
public:
    explicit CessPilot(const PilotProblem<Real>& problem)
        : problem_(problem), ends_(problem.make_path({1.0, 0.5, 0.0})), key_(pilot_key(problem.key, 0)),
          x_(problem.n_particles, ends_->dim()), score_(x_), slope_(problem.n_particles),
          log_weight_(problem.n_particles), lineage_(static_cast<std::size_t>(problem.n_particles)) {
        std::iota(lineage_.begin(), lineage_.end(), 0);
        parallel_for(x_.n_blocks(), [&](int b) {
            ends_->sample_reference(key_.with(Purpose::reference, 0),
                                    static_cast<std::uint32_t>(b * block_size), x_.block(b));
        });
    }

    CessRun run(double cess, int most_levels) {
        CessRun out;
        out.beta = {0.0};
        while (out.beta.back() < 1) {
            problem_.check_stop();
            if (static_cast<int>(out.beta.size()) > most_levels) {
                out.steps = std::numeric_limits<double>::infinity();
                return out;
            }
            const double beta = out.beta.back();
            evaluate_slope(static_cast<int>(out.beta.size()) - 1);
            out.independence = std::min(out.independence, independence());
            const double next = next_beta(beta, cess);
            if (next == 1) {
                out.steps = static_cast<double>(out.beta.size()) - 1 +
                            std::sqrt(std::max(1 - cess_of(1 - beta), 0.0) / (1 - cess));
            } else if (!(next - beta > 1e-14)) {
                throw NumericalError(
                    "equal_cess: no next temperature after beta = " + short_number(beta, 6) +
                        "; the reference and the target are too far apart, or use a lower cess",
                    static_cast<int>(out.beta.size()) - 1, -1);
            }
            out.beta.push_back(next);
            if (next < 1) {
                reweight(next - beta, static_cast<std::uint32_t>(out.beta.size()) - 1);
                explore(next, static_cast<std::uint32_t>(out.beta.size()) - 1);
            }
        }
        return out;
    }

private:
    /// d log density / d beta of every particle. Where the target has no density a particle has weight zero
    /// from here on: a bounded support leaves only a part of the reference, and the conditional effective
    /// sample size of any step is of that part.
    void evaluate_slope(int level) {
        std::vector<long> bad(static_cast<std::size_t>(x_.n_blocks()), -1);
        parallel_for(x_.n_blocks(), [&](int b) {
            alignas(64) Real target[block_size], reference[block_size];
            Tally tally;
            ends_->density(0).evaluate(x_.block(b), {target, nullptr}, tally);
            ends_->density(ends_->n_levels()).evaluate(x_.block(b), {reference, nullptr}, tally);
            for (int l = 0; l < x_.block_count(b); ++l) {
                double &slope = slope_.block(b)[l], &weight = log_weight_.block(b)[l];
                slope = static_cast<double>(target[l]) - static_cast<double>(reference[l]);
                weight = slope == minus_infinity ? minus_infinity : weight;
                slope = weight == minus_infinity ? 0 : slope;
                if (!std::isfinite(slope)) {
                    bad[static_cast<std::size_t>(b)] = static_cast<long>(b) * block_size + l;
                }
            }
        });
        const auto first = std::find_if(bad.begin(), bad.end(), [](long p) { return p >= 0; });
        if (first != bad.end()) {
            throw NumericalError("equal_cess: the log density of a pilot particle is not finite", level,
                                 *first);
        }
        const auto weights = log_weight_.span();
        if (std::all_of(weights.begin(), weights.end(), [](double w) { return w == minus_infinity; })) {
            throw NumericalError("equal_cess: no pilot particle lies where the target has a density; "
                                 "bring the reference nearer to it",
                                 level, 0);
        }
    }

    /// Effective number of independent slopes over that of particles: below one where the descendants of a
    /// particle still resemble each other. Every particle begins a lineage anew once the lineages are so few
    /// that they tell nothing more.
    double independence() {
        constexpr double most_members = 16;
        const double n = x_.size();
        double weight = 0, mean = 0, scatter = 0;
        for (int i = 0; i < x_.size(); ++i) {
            const double w = std::exp(log_weight_[i]);
            weight += w;
            mean += w * slope_[i];
        }
        mean /= weight;
        double of_lineages = 0, squares = 0, together = 0, members = 0;
        for (int i = 0; i < x_.size(); ++i) {
            if (i > 0 && lineage_[static_cast<std::size_t>(i)] != lineage_[static_cast<std::size_t>(i) - 1]) {
                of_lineages += together * together;
                squares += members * members;
                together = members = 0;
            }
            const double part = std::exp(log_weight_[i]) * (slope_[i] - mean);
            scatter += part * part;
            together += part;
            ++members;
        }
        of_lineages += together * together;
        squares += members * members;
        if (squares > most_members * n) {
            std::iota(lineage_.begin(), lineage_.end(), 0);
        }
        if (squares == n * n) {  // one lineage is left, and its members cannot be told from copies
            return 1 / n;
        }
        return of_lineages > scatter ? scatter / of_lineages : 1;
    }

    /// (sum W u)^2 / sum W u^2 for a step of beta.
    double cess_of(double step) const {
        struct Sums {
            WeightSum before, first, second;
            Sums& operator+=(const Sums& o) {
                before += o.before;
                first += o.first;
                second += o.second;
                return *this;
            }
        };
        const Sums s = parallel_sum<Sums>(x_.n_blocks(), [&](int b) {
            alignas(64) double values[block_size];
            const double *w = log_weight_.block(b), *slope = slope_.block(b);
            const int n = x_.block_count(b);
            Sums out;
            out.before = WeightSum::of(w, n);
            for (int power = 1; power <= 2; ++power) {
                for (int l = 0; l < n; ++l) {
                    values[l] = w[l] + power * step * slope[l];
                }
                (power == 1 ? out.first : out.second) = WeightSum::of(values, n);
            }
            return out;
        });
        return std::exp(2 * s.first.log_sum() - s.second.log_sum() - s.before.log_sum());
    }

    double next_beta(double beta, double cess) const {
        if (cess_of(1 - beta) >= cess) {
            return 1;
        }
        // Bisection in the logarithm of the step: first steps may be tiny.
        double low = std::log(1e-15), high = std::log(1 - beta);
        for (int i = 0; i < 60 && high - low > 1e-7; ++i) {
            const double middle = 0.5 * (low + high);
            (cess_of(std::exp(middle)) >= cess ? low : high) = middle;
        }
        return beta + std::exp(low);
    }

    void reweight(double step, std::uint32_t number) {
        WeightSum sum;
        for (int b = 0; b < x_.n_blocks(); ++b) {
            for (int l = 0; l < x_.block_count(b); ++l) {
                log_weight_.block(b)[l] += step * slope_.block(b)[l];
            }
            sum += WeightSum::of(log_weight_.block(b), x_.block_count(b));
        }
        if (!(sum.ess() < resampling_threshold * x_.size())) {
            return;
        }
        const std::vector<int> from =
            resample(Resampling::systematic, log_weight_.span(), key_.with(Purpose::resample, number));
        Particles<Real> chosen(x_.size(), x_.dim());
        std::vector<int> lineage;
        for (const int ancestor : from) {
            lineage.push_back(lineage_[static_cast<std::size_t>(ancestor)]);
        }
        lineage_ = std::move(lineage);
        for (int j = 0; j < x_.size(); ++j) {
            for (int i = 0; i < x_.dim(); ++i) {
                chosen(j, i) = x_(from[static_cast<std::size_t>(j)], i);
            }
        }
        std::swap(x_, chosen);
        std::fill_n(log_weight_.span().begin(), x_.size(), 0.0);
    }

    void explore(double beta, std::uint32_t number) {
        const std::shared_ptr<DensityPath<Real>> path = problem_.make_path({1.0, beta, 0.0});
        const auto move = problem_.make_move(path);
        const double variance = path->move_variance(1);
        PerParticle<Real> log_density(x_.size());
        for (int step = 0; step < move->n_steps(); ++step) {
            const double accepted = parallel_sum<double>(x_.n_blocks(), [&](int b) {
                Tally tally;
                const MoveState<Real> state{x_.block(b), log_density.block(b),
                                            move->uses_score() ? score_.block(b).data : nullptr};
                if (step == 0) {
                    path->density(1).evaluate(state.x, {state.log_density, state.score}, tally);
                }
                return move->apply(path->density(1), state, variance, std::exp(log_factor_),
                                   key_.with(Purpose::move, number, static_cast<std::uint32_t>(step)),
                                   static_cast<std::uint32_t>(b * block_size), tally);
            });
            if (move->adapt()) {
                log_factor_ +=
                    step_change(accepted / x_.size(), move->target_acceptance(), step_gain, x_.size());
                log_factor_ = clamp_step(log_factor_, move->step_size());
            }
        }
    }

    const PilotProblem<Real>& problem_;
    std::shared_ptr<DensityPath<Real>> ends_;
    StreamKey key_;
    Particles<Real> x_, score_;
    PerParticle<double> slope_, log_weight_;
    std::vector<int> lineage_;  // ascending
    double log_factor_ = 0;
};

}  // namespace

template <class Real>
CessRun run_cess_pilot(const PilotProblem<Real>& problem, double cess, int most_levels) {
    return CessPilot<Real>(problem).run(cess, most_levels);
}

template CessRun run_cess_pilot<float>(const PilotProblem<float>&, double, int);
template CessRun run_cess_pilot<double>(const PilotProblem<double>&, double, int);

}  // namespace tempera
