// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "core/normal_quantile.hpp"
#include "training/objective.hpp"

namespace tempera::training {

#define TEMPERA_OBJECTIVES(X) X(dsm) X(tsm) X(rne) X(diffclf) X(energy_distillation) X(energy_pinning)

#define TEMPERA_DECLARE(name) ObjectiveEntry name##_objective();
TEMPERA_OBJECTIVES(TEMPERA_DECLARE)
#undef TEMPERA_DECLARE

const std::vector<ObjectiveEntry>& objective_catalogue() {
#define TEMPERA_LIST(name) name##_objective(),
    static const std::vector<ObjectiveEntry> entries{TEMPERA_OBJECTIVES(TEMPERA_LIST)};
#undef TEMPERA_LIST
    return entries;
}

const std::vector<SettingsType>& loss_types() {
    static const std::vector<SettingsType> types = settings_types(objective_catalogue());
    return types;
}

std::shared_ptr<Objective<float>> make_loss(const Json& losses, std::size_t i,
                                            const ObjectiveContext<float>& context) {
    const std::string family = "model.losses", place = family + "[" + std::to_string(i) + "]";
    try {
        const Json& settings = losses.at(i);
        return find_entry(objective_catalogue(), family, settings.value("type", ""))
            .make<float>(settings, context);
    } catch (const ConfigError& error) {
        std::vector<Problem> problems = error.problems();
        for (Problem& p : problems) {
            p.place = p.place.starts_with(family) ? place + p.place.substr(family.size()) : place;
        }
        throw ConfigError(std::move(problems));
    }
}

double NoiseLaw::quantile(double u) const {
    const double lo = std::log(min), hi = std::log(max);
    if (!log_normal) {
        return std::exp(lo + (hi - lo) * u);
    }
    // min and max are the 2.5 % and 97.5 % quantiles
    const double q = (hi - lo) / 2 / 1.959963984540054 * normal_quantile(std::clamp(u, 1e-6, 1 - 1e-6));
    return std::exp((lo + hi) / 2 + q);
}

template <class Real>
NoisedPoints<Real> draw_points(const Batch<Real>& batch, int n, double top) {
    const int dim = batch.data.dim;
    NoisedPoints<Real> out;
    out.x0.resize(dim, n), out.z.resize(dim, n);
    out.points.sigma.resize(n);
    for (int i = 0; i < n; ++i) {
        Stream stream(batch.key, static_cast<std::uint32_t>(i));
        out.points.sigma[i] = static_cast<Real>(batch.noise.quantile(top * (i + stream.uniform()) / n));
        const long row =
            std::min(static_cast<long>(stream.uniform() * static_cast<double>(batch.data.size())),
                     batch.data.size() - 1);
        for (int k = 0; k < dim; ++k) {
            out.x0(k, i) = static_cast<Real>(batch.data.x[static_cast<std::size_t>(row * dim + k)]);
            out.z(k, i) = static_cast<Real>(stream.normal());
        }
    }
    out.points.y = out.x0 + out.z * out.points.sigma.asDiagonal();
    return out;
}

Matrix<double> target_values(const Density<double>& target, const Matrix<double>& x) {
    const int n = static_cast<int>(x.cols()), dim = static_cast<int>(x.rows());
    Matrix<double> out(dim + 1, n);
    Particles<double> block(block_size, dim), score(block_size, dim);
    PerParticle<double> value(block_size);
    for (int first = 0; first < n; first += block_size) {
        const int m = std::min(block_size, n - first);
        Block<double> b{block.block(0).data, dim, m};
        for (int j = 0; j < b.lanes(); ++j) {
            for (int i = 0; i < dim; ++i) {
                b(i, j) = x(i, first + std::min(j, m - 1));
            }
        }
        Wanted<double> wanted;
        wanted.log_density = value.block(0);
        wanted.score = score.block(0).data;
        target.evaluate_uncounted(b, wanted);
        for (int j = 0; j < m; ++j) {
            out(0, first + j) = value[j];
            for (int i = 0; i < dim; ++i) {
                out(i + 1, first + j) = score(j, i);
            }
        }
    }
    return out;
}

template NoisedPoints<float> draw_points(const Batch<float>&, int, double);
template NoisedPoints<double> draw_points(const Batch<double>&, int, double);

}  // namespace tempera::training
