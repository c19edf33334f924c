// SPDX-License-Identifier: MIT
#include "run/experiment/learned_evidence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "core/number.hpp"
#include "core/parallel.hpp"
#include "diagnostics/basin_masses.hpp"
#include "diagnostics/mode_weights.hpp"
#include "diagnostics/sample_sizes.hpp"
#include "run/experiment/experiment.hpp"

namespace tempera {

namespace {

/// Points of all modes that Bennett's ratio works with: its cost grows with their square.
constexpr int labelled_points = 1024;
/// Draws in search of rare modes end here.
constexpr int most_draws = 1 << 16;
constexpr int least_per_mode = 8;

/// Exact samples of the target in path coordinates, as many of every mode, until all have enough; nothing
/// when a mode is too rare. Proportions are the exact ones, or those of the draws.
template <class Real>
std::optional<LabelledData> labelled_data(const DensityPath<Real>& path, const StreamKey& key) {
    const int n_modes = path.target().n_modes(), dim = path.dim(), wanted = labelled_points / n_modes;
    const StreamKey draw = key.with(Purpose::diagnostic, 0, 2);
    LabelledData data;
    data.dim = dim, data.n_modes = n_modes;
    std::vector<double> seen(static_cast<std::size_t>(n_modes));
    std::vector<int> kept(seen.size());
    Particles<Real> block(block_size, dim);
    const auto short_of = [&](int n) { return *std::min_element(kept.begin(), kept.end()) < n; };
    for (int first = 0; first < most_draws && short_of(wanted); first += block_size) {
        path.sample_level(0, draw, static_cast<std::uint32_t>(first), block.block(0));
        std::vector<double> x;
        for (int j = 0; j < block_size; ++j) {
            for (int i = 0; i < dim; ++i) {
                x.push_back(static_cast<double>(block(j, i)));
            }
        }
        const std::vector<int> mode = hard_modes(path.mode_responsibilities(0, x), n_modes);
        for (std::size_t j = 0; j < mode.size(); ++j) {
            const auto c = static_cast<std::size_t>(mode[j]);
            ++seen[c];
            if (kept[c] < wanted) {
                ++kept[c];
                const auto at = x.begin() + static_cast<std::ptrdiff_t>(j) * dim;
                data.x.insert(data.x.end(), at, at + dim);
                data.label.push_back(mode[j]);
            }
        }
    }
    if (wanted < least_per_mode || short_of(least_per_mode)) {
        return std::nullopt;
    }
    data.proportions = path.target().mode_weights();
    if (data.proportions.empty()) {
        data.proportions = seen;
    }
    const double total = std::accumulate(data.proportions.begin(), data.proportions.end(), 0.0);
    for (double& p : data.proportions) {
        p /= total;
    }
    return data;
}

template <class Real>
void weigh_by_bennett(const DensityPath<Real>& path, const StreamKey& key, const std::stop_token& stop,
                      LearnedEvidence& out) {
    if (!path.has_level_densities() || path.target().n_modes() < 2 || !path.has_level_sampler(0)) {
        return;
    }
    const std::optional<LabelledData> data = labelled_data(path, key);
    if (!data) {
        return;
    }
    std::vector<std::shared_ptr<const Density<Real>>> densities;
    std::vector<double> sigmas;
    for (int k = 1; k <= path.n_levels(); ++k) {
        sigmas.push_back(path.position(k).rho);
        densities.push_back(path.field_at(1, sigmas.back()));
    }
    const std::vector<BasinMasses> masses =
        basin_masses<Real>(densities, sigmas, *data, key, [&stop] { check_stop(stop); });
    out.by_bennett = true;
    for (int k = 0; k <= path.n_levels(); ++k) {
        const bool end = k == 0 || k == path.n_levels();
        LearnedLevel l{k,           path.position(k).rho, data->proportions, 0, not_a_number, not_a_number,
                       not_a_number};
        std::vector<double> errors(data->proportions.size());
        if (!end) {
            const BasinMasses& m = masses[static_cast<std::size_t>(k - 1)];
            l.weights = m.weights;
            l.total_variation = total_variation(l.weights, data->proportions);
            errors = m.standard_errors;
        }
        out.levels.push_back(std::move(l));
        out.weight_errors.push_back(std::move(errors));
    }
}

template <class Real>
void find_sample_sizes(const DensityPath<Real>& path, const Mixture& truth, const std::stop_token& stop,
                       LearnedEvidence& out) {
    const int n_levels = path.n_levels();
    out.n_dsm.assign(static_cast<std::size_t>(n_levels) + 1, not_a_number);
    out.n_clf = out.n_dsm;
    parallel_for(n_levels, [&](int i) {
        check_stop(stop);
        const auto k = static_cast<std::size_t>(i) + 1;
        const double sigma = path.position(i + 1).rho;
        const bool last = i + 1 == n_levels;  // the reference has no next level
        const SampleSizes n = sample_sizes(truth, sigma, last ? 2 * sigma : path.position(i + 2).rho);
        out.n_dsm[k] = n.denoising;
        out.n_clf[k] = last ? not_a_number : n.classification;
    });
}

Json numbers(const std::vector<double>& v) {
    if (v.empty()) {
        return nullptr;
    }
    Json out = Json::array();
    for (const double x : v) {
        out.push_back(number_or_null(x));
    }
    return out;
}

}  // namespace

template <class Real>
LearnedEvidence learned_evidence(const DensityPath<Real>& path, const StreamKey& key,
                                 const std::stop_token& stop) {
    LearnedEvidence out;
    if (!path.learned()) {
        return out;
    }
    const std::optional<Mixture> truth = path.level_mixture(0);
    if (!truth) {
        weigh_by_bennett(path, key, stop, out);
        return out;
    }
    out.levels = learned_levels(path, key, 4096, [&stop] { check_stop(stop); });
    if (truth->size() == 2) {
        find_sample_sizes(path, *truth, stop, out);
    }
    return out;
}

Json learned_summary(const LearnedEvidence& evidence) {
    const std::vector<LearnedLevel>& levels = evidence.levels;
    if (levels.empty()) {
        return nullptr;
    }
    double variation = 0, error = evidence.by_bennett ? not_a_number : 0,
           ess = evidence.by_bennett ? not_a_number : 1;
    int worst = 0;
    Json weights = Json::array(), weight_errors = Json::array();
    for (const std::vector<double>& e : evidence.weight_errors) {
        weight_errors.push_back(numbers(e));
    }
    for (const LearnedLevel& l : levels) {
        if (l.total_variation > variation) {
            variation = l.total_variation;
            worst = l.level;
        }
        if (l.score_energy > 0) {
            error = std::max(error, l.score_error / l.score_energy);
        }
        ess = std::min(ess, std::isnan(l.ess_fraction) ? ess : l.ess_fraction);
        weights.push_back(numbers(l.weights));
    }
    const bool known = levels.size() < 3 || !levels[1].weights.empty();
    return {{"max_total_variation", known ? number_or_null(variation) : Json(nullptr)},
            {"level_of_max", known ? Json(worst) : Json(nullptr)},
            {"roughness", number_or_null(path_roughness(levels))},
            {"max_relative_score_error", number_or_null(error)},
            {"min_ess_fraction", known ? number_or_null(ess) : Json(nullptr)},
            {"n_dsm", numbers(evidence.n_dsm)},
            {"n_clf", numbers(evidence.n_clf)},
            {"bar_weights", evidence.by_bennett ? weights : Json(nullptr)},
            {"bar_standard_errors", evidence.by_bennett ? weight_errors : Json(nullptr)}};
}

template LearnedEvidence learned_evidence(const DensityPath<float>&, const StreamKey&,
                                          const std::stop_token&);
template LearnedEvidence learned_evidence(const DensityPath<double>&, const StreamKey&,
                                          const std::stop_token&);

}  // namespace tempera
