// SPDX-License-Identifier: MIT
#include <cmath>

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

namespace {

/// Quantile of the standard normal (Acklam 2003, relative error 1e-9).
double normal_quantile(double p) {
    static constexpr double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                                   1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
    static constexpr double b[] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
                                   6.680131188771972e+01, -1.328068155288572e+01};
    static constexpr double c[] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                                   -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
    static constexpr double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                                   3.754408661907416e+00};
    const auto tail = [&](double q) {
        return (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) /
               ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
    };
    if (p < 0.02425) {
        return tail(std::sqrt(-2 * std::log(p)));
    }
    if (p > 1 - 0.02425) {
        return -tail(std::sqrt(-2 * std::log(1 - p)));
    }
    const double q = p - 0.5, r = q * q;
    return (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
           (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
}

}  // namespace

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
