// SPDX-License-Identifier: MIT
// Losses that see the log density itself.
#include <Eigen/Eigenvalues>
#include <cmath>
#include <numbers>

#include "training/objective.hpp"

namespace tempera::training {

namespace {

template <class Real>
void need_energy(const ObjectiveContext<Real>& c, const char* name) {
    if (!c.has_energy) {
        throw ConfigError("model.losses",
                          std::string(name) + " needs a log density; choose model.type energy_mlp");
    }
}

struct DiffClfSettings : LossSettings {
    int n_levels = 8, points = 64, warm_up = 200;
    std::string mode = "multi";
    bool target_class = false;

    void describe(Describer& d) {
        LossSettings::describe(d);
        d.integer(
            "n_levels", n_levels,
            {.min = 2, .max = 1024, .help = "noise levels (classes) a step, stratified over the noise law"});
        d.integer("points", points,
                  {.min = 1, .max = 1 << 20, .help = "data points a step; each is noised to every level"});
        d.choice("mode", mode, {"multi", "bi"},
                 {.help =
                      "every level against all others, or (bi) against its neighbours in pairs, whose cost "
                      "is linear in n_levels"});
        d.integer("warm_up", warm_up, {.min = 0, .help = "steps of the other losses before this one starts"});
        d.boolean(
            "target_class", target_class,
            {.help = "the target's own log density is one more class, which pins level 0 and learns log Z"});
    }
};

/// Classification of noise levels (OuYang, Grenioux and Hernandez-Lobato 2026): which level does a noised
/// point come from, by the logits l_i(x) = -U(x, sigma_i) - F(sigma_i)? All levels share the data points,
/// whose sampling noise then cancels.
template <class Real>
class DiffClf final : public Objective<Real> {
public:
    DiffClf(const DiffClfSettings& s, const ObjectiveContext<Real>& context) : Objective<Real>(s), s_(s) {
        need_energy(context, "diffclf");
        if (s.target_class && !context.has_target) {
            throw ConfigError("model.losses",
                              "diffclf with target_class needs the target's log density, not only samples");
        }
    }
    int warm_up() const override { return s_.warm_up; }

    void start(Net<Real>& net, const TrainingData& data, const NoiseLaw& noise,
               const StreamKey& key) const override {
        if (!s_.target_class) {
            return;
        }
        // log-mean ratio to the lowest level: the class must not start far off
        auto drawn = draw_points(Batch<Real>{net, data, noise, key, 512}, 512);
        PointBatch<Real> low;
        low.sigma = Vector<Real>::Constant(512, static_cast<Real>(noise.quantile(0)));
        low.y = drawn.x0 + drawn.z * low.sigma.asDiagonal();
        net.evaluate(low, false);
        const double at_data = target_values(*data.target, drawn.x0.template cast<double>()).row(0).mean();
        net.set_target_normaliser(at_data + low.energy.template cast<double>().mean() +
                                  net.normaliser(noise.quantile(0)));
    }

    double add_gradient(const Batch<Real>& batch, double weight, Parameters<Real>& gradient) const override {
        const int m = s_.n_levels, first_level = s_.target_class ? 1 : 0, n_classes = m + first_level;
        Sample sample = draw(batch);
        const int n_points = static_cast<int>(sample.x.cols());
        // which point is asked at which level; level by level
        std::vector<std::pair<int, int>> asked;
        for (int i = 0; i < m; ++i) {
            for (int j = 0; j < n_points; ++j) {
                const int own = sample.level[static_cast<std::size_t>(j)];
                if (s_.mode == "multi" || std::abs(first_level + i - own) <= 1) {
                    asked.emplace_back(i, j);
                }
            }
        }
        PointBatch<Real> all;
        all.y.resize(batch.data.dim, static_cast<Eigen::Index>(asked.size()));
        all.sigma.resize(static_cast<Eigen::Index>(asked.size()));
        for (std::size_t k = 0; k < asked.size(); ++k) {
            const auto column = static_cast<Eigen::Index>(k);
            all.y.col(column) = sample.x.col(asked[k].second);
            all.sigma[column] = static_cast<Real>(sample.sigma[static_cast<std::size_t>(asked[k].first)]);
        }
        batch.net.evaluate(all, false);
        Matrix<double> logits = Matrix<double>::Zero(n_classes, n_points);
        if (s_.target_class) {
            logits.row(0) =
                target_values(*batch.data.target, sample.x.template cast<double>()).row(0).array() -
                batch.net.target_normaliser();
        }
        for (std::size_t k = 0; k < asked.size(); ++k) {
            const auto [i, j] = asked[k];
            logits(first_level + i, j) = -static_cast<double>(all.energy[static_cast<Eigen::Index>(k)]) -
                                         batch.net.normaliser(sample.sigma[static_cast<std::size_t>(i)]);
        }
        Matrix<double> d = Matrix<double>::Zero(n_classes, n_points);
        const double loss =
            s_.mode == "multi" ? multi_loss(logits, sample.level, d) : pair_loss(logits, sample.level, d);
        d *= weight;
        Cotangents<Real> c;
        c.energy.resize(all.size());
        for (std::size_t k = 0; k < asked.size(); ++k) {
            c.energy[static_cast<Eigen::Index>(k)] =
                static_cast<Real>(-d(first_level + asked[k].first, asked[k].second));
        }
        for (int i = 0; i < m; ++i) {
            batch.net.add_normaliser_gradient(sample.sigma[static_cast<std::size_t>(i)],
                                              -d.row(first_level + i).sum(), gradient);
        }
        if (s_.target_class) {
            batch.net.add_target_gradient(-d.row(0).sum(), gradient);
        }
        batch.net.accumulate(all, c, gradient);
        return loss;
    }

private:
    struct Sample {
        Matrix<Real> x;             ///< points of all classes side by side
        std::vector<int> level;     ///< class of each
        std::vector<double> sigma;  ///< of the levels
    };

    Sample draw(const Batch<Real>& batch) const {
        const int dim = batch.data.dim, m = s_.n_levels, p = s_.points, extra = s_.target_class ? 1 : 0;
        Sample out;
        out.x.resize(dim, static_cast<Eigen::Index>(p) * (m + extra));
        Stream levels(batch.key, 0);
        const double offset = levels.uniform();
        for (int i = 0; i < m; ++i) {
            // a common offset and a little of its own: neighbours are never far apart and every pair of
            // levels meets
            out.sigma.push_back(batch.noise.quantile((i + 0.5 * (offset + levels.uniform())) / m));
        }
        for (int j = 0; j < p; ++j) {
            Stream stream(batch.key, static_cast<std::uint32_t>(j) + 1);
            const double u = (j + stream.uniform()) / p;  // data points in strata: rows are exchangeable
            const long row = std::min(static_cast<long>(u * static_cast<double>(batch.data.size())),
                                      batch.data.size() - 1);
            for (int i = 0; i < m + extra; ++i) {
                for (int k = 0; k < dim; ++k) {
                    const double x0 = batch.data.x[static_cast<std::size_t>(row * dim + k)];
                    out.x(k, static_cast<Eigen::Index>(i) * p + j) = static_cast<Real>(
                        i < extra ? x0
                                  : x0 + out.sigma[static_cast<std::size_t>(i - extra)] * stream.normal());
                }
            }
        }
        for (int i = 0; i < m + extra; ++i) {
            out.level.insert(out.level.end(), static_cast<std::size_t>(p), i);
        }
        return out;
    }

    static double multi_loss(const Matrix<double>& logits, const std::vector<int>& level, Matrix<double>& d) {
        const auto n = logits.cols();
        double loss = 0;
        for (Eigen::Index j = 0; j < n; ++j) {
            const double top = logits.col(j).maxCoeff();
            const Eigen::ArrayXd e = (logits.col(j).array() - top).exp();
            const int own = level[static_cast<std::size_t>(j)];
            loss += top + std::log(e.sum()) - logits(own, j);
            d.col(j) = (e / e.sum() / static_cast<double>(n)).matrix();
            d(own, j) -= 1.0 / static_cast<double>(n);
        }
        return loss / static_cast<double>(n);
    }

    /// Neighbours in pairs: softplus(l_other(x) - l_own(x)).
    static double pair_loss(const Matrix<double>& logits, const std::vector<int>& level, Matrix<double>& d) {
        const auto n = logits.cols();
        double loss = 0;
        for (Eigen::Index j = 0; j < n; ++j) {
            const int own = level[static_cast<std::size_t>(j)];
            for (const int other : {own - 1, own + 1}) {
                if (other < 0 || other >= logits.rows()) {
                    continue;
                }
                const double t = logits(other, j) - logits(own, j);
                loss += std::max(t, 0.0) + std::log1p(std::exp(-std::abs(t)));
                const double g = 1 / (1 + std::exp(-t)) / static_cast<double>(n);
                d(other, j) += g, d(own, j) -= g;
            }
        }
        return loss / static_cast<double>(n);
    }

    DiffClfSettings s_;
};

struct RneSettings : LossSettings {
    double gap = 0.05;
    int points = 256, warm_up = 200;
    std::string backward = "second_order";
    void describe(Describer& d) {
        LossSettings::describe(d);
        d.number("gap", gap,
                 {.min = 0,
                  .max = 10,
                  .open_min = true,
                  .log_scale = true,
                  .help = "log ratio of the two noise levels of a pair"});
        d.integer("points", points, {.min = 1, .max = 1 << 20, .help = "pairs a step"});
        d.integer("warm_up", warm_up, {.min = 0, .help = "steps of the other losses before this one starts"});
        d.choice("backward", backward, {"first_order", "second_order"},
                 {.help = "backward kernel; the first-order one leaves a known error of the mode weights "
                          "that shrinks with the gap"});
    }
};

/// Consistency of the densities of neighbouring levels s < t: the squared log ratio of p_t(x_t) B(x_s | x_t)
/// and p_s(x_s) F(x_t | x_s), with a Gaussian backward kernel B made of the field itself, which gets no
/// gradient.
template <class Real>
class Rne final : public Objective<Real> {
public:
    Rne(const RneSettings& s, const ObjectiveContext<Real>& context) : Objective<Real>(s), s_(s) {
        need_energy(context, "rne");
    }
    int warm_up() const override { return s_.warm_up; }

    double add_gradient(const Batch<Real>& batch, double weight, Parameters<Real>& gradient) const override {
        const int n = s_.points, dim = batch.data.dim;
        auto low = draw_points(batch, n);
        PointBatch<Real> high;
        high.sigma = low.points.sigma * static_cast<Real>(std::exp(s_.gap));
        Matrix<Real> noise(dim, n);
        for (int j = 0; j < n; ++j) {
            Stream stream(batch.key, static_cast<std::uint32_t>(n + j));
            for (int k = 0; k < dim; ++k) {
                noise(k, j) = static_cast<Real>(stream.normal());
            }
        }
        const Vector<Real> v = high.sigma.array().square() - low.points.sigma.array().square();
        high.y = low.points.y + noise * v.cwiseSqrt().asDiagonal();
        batch.net.evaluate(low.points, false);
        const Net<Real>& held = batch.held ? *batch.held : batch.net;
        PointBatch<Real> from;
        from.y = high.y, from.sigma = high.sigma;
        held.evaluate(from, true);
        const Vector<double> backward = backward_log_density(held, low.points, from, v);
        batch.net.evaluate(high, false);
        Cotangents<Real> c_low, c_high;
        c_low.energy.resize(n), c_high.energy.resize(n);
        double loss = 0;
        for (int j = 0; j < n; ++j) {
            const double vj = static_cast<double>(v[j]), s = static_cast<double>(low.points.sigma[j]),
                         t = static_cast<double>(high.sigma[j]);
            const double forward = -noise.col(j).template cast<double>().squaredNorm() / 2 -
                                   dim / 2.0 * std::log(2 * std::numbers::pi * vj);
            const double r = -static_cast<double>(high.energy[j]) - batch.net.normaliser(t) + backward[j] +
                             static_cast<double>(low.points.energy[j]) + batch.net.normaliser(s) - forward;
            const double d = 2 * weight * r / n;
            loss += r * r / n;
            c_low.energy[j] = static_cast<Real>(d), c_high.energy[j] = static_cast<Real>(-d);
            batch.net.add_normaliser_gradient(s, d, gradient);
            batch.net.add_normaliser_gradient(t, -d, gradient);
        }
        batch.net.accumulate(low.points, c_low, gradient);
        batch.net.accumulate(high, c_high, gradient);
        return loss;
    }

private:
    /// log B(x_s | x_t): mean x_t + v score, covariance v I or v (I + v Hessian of log p) with floored
    /// eigenvalues.
    Vector<double> backward_log_density(const Net<Real>& net, const PointBatch<Real>& low,
                                        PointBatch<Real>& high, const Vector<Real>& v) const {
        const int n = low.size(), dim = static_cast<int>(low.y.rows());
        const Matrix<double> r = (low.y - high.y + high.slope * v.asDiagonal()).template cast<double>();
        const auto h = s_.backward == "second_order" ? net.hessian(high) : std::vector<Matrix<Real>>{};
        Vector<double> out(n);
        Matrix<double> a(dim, dim);
        for (int j = 0; j < n; ++j) {
            const double vj = static_cast<double>(v[j]);
            const double constant = -dim / 2.0 * std::log(2 * std::numbers::pi * vj);
            if (h.empty()) {
                out[j] = constant - r.col(j).squaredNorm() / (2 * vj);
                continue;
            }
            for (int i = 0; i < dim; ++i) {
                a.col(i) = h[static_cast<std::size_t>(i)].col(j).template cast<double>() * -vj;
                a(i, i) += 1;
            }
            const Eigen::SelfAdjointEigenSolver<Matrix<double>> solver((a + a.transpose()) / 2);
            const Eigen::ArrayXd values = solver.eigenvalues().array().max(1e-3);
            const Eigen::ArrayXd z = (solver.eigenvectors().transpose() * r.col(j)).array();
            out[j] = constant - values.log().sum() / 2 - (z.square() / values).sum() / (2 * vj);
        }
        return out;
    }

    RneSettings s_;
};

struct PinningSettings : LossSettings {
    int points = 256, warm_up = 200;
    void describe(Describer& d) {
        LossSettings::describe(d);
        d.integer("points", points, {.min = 1, .max = 1 << 20, .help = "data points a step"});
        d.integer("warm_up", warm_up, {.min = 0, .help = "steps of the other losses before this one starts"});
    }
};

/// Energy pinning: the lowest noise level's log density equals the target's up to one constant, E |(-U) - log
/// gamma|^2 with the mean difference taken out.
template <class Real>
class EnergyPinning final : public Objective<Real> {
public:
    EnergyPinning(const PinningSettings& s, const ObjectiveContext<Real>& context)
        : Objective<Real>(s), s_(s) {
        need_energy(context, "energy_pinning");
        if (!context.has_target) {
            throw ConfigError("model.losses",
                              "energy_pinning needs the target's log density, not only samples");
        }
    }
    int warm_up() const override { return s_.warm_up; }
    double add_gradient(const Batch<Real>& batch, double weight, Parameters<Real>& gradient) const override {
        auto drawn = draw_points(batch, s_.points);
        drawn.points.y = drawn.x0;
        drawn.points.sigma.setConstant(static_cast<Real>(batch.noise.quantile(0)));
        batch.net.evaluate(drawn.points, false);
        const Matrix<double> at = target_values(*batch.data.target, drawn.x0.template cast<double>());
        Vector<double> r = -drawn.points.energy.template cast<double>() - at.row(0).transpose();
        r.array() -= r.mean();
        const double n = s_.points;
        Cotangents<Real> c;
        c.energy = (r * (-2 * weight / n)).template cast<Real>();
        batch.net.accumulate(drawn.points, c, gradient);
        return r.squaredNorm() / n;
    }

private:
    PinningSettings s_;
};

}  // namespace

ObjectiveEntry diffclf_objective() {
    return make_entry<Objective, ObjectiveContext, DiffClf, DiffClfSettings>(
        "model.losses", "diffclf", "classifies noise levels: ties the mode weights of all levels");
}
ObjectiveEntry rne_objective() {
    return make_entry<Objective, ObjectiveContext, Rne, RneSettings>(
        "model.losses", "rne", "consistency of the densities of neighbouring levels");
}
ObjectiveEntry energy_pinning_objective() {
    return make_entry<Objective, ObjectiveContext, EnergyPinning, PinningSettings>(
        "model.losses", "energy_pinning", "pins the lowest level to the target's log density");
}

}  // namespace tempera::training
