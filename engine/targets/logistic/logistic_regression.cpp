// SPDX-License-Identifier: MIT
// Posterior of a Bayesian logistic regression: x = (w_1, .., w_p, bias), labels y_n in {0, 1},
// log pi(x) = log prior(x) + sum_n [y_n z_n - softplus(z_n)], z_n = w . features_n + bias.
// The prior is normalised, so log Z is the log evidence. Priors: N(0, I) on all coefficients; or N(0, I /
// alpha) with alpha ~ Gamma(1, rate 0.01), where log alpha is the last coordinate (its Jacobian is in the
// density).
#include <algorithm>
#include <cmath>
#include <mutex>
#include <numbers>

#include "core/recent.hpp"
#include "core/scratch.hpp"
#include "targets/logistic/logistic_data.hpp"
#include "targets/logistic/logistic_laplace.hpp"
#include "targets/target.hpp"

namespace tempera {

namespace {

constexpr int largest_hessian_dim = 64;
constexpr double precision_rate = 0.01;

struct LogisticSettings : LogisticDataSettings {
    std::string prior = "normal";

    void describe(Describer& d) {
        LogisticDataSettings::describe(d);
        d.choice("prior", prior, {"normal", "gamma_hierarchical"},
                 {.help =
                      "of the coefficients: N(0, I), or N(0, I / alpha) with log alpha as a last coordinate, "
                      "alpha ~ Gamma(1, rate 0.01)"});
    }
};

/// Made when it is first wanted, once.
template <class T>
class Lazy {
public:
    template <class Make>
    const T& get(Make make) const {
        std::call_once(once_, [&] { value_.reset(new T(make())); });
        return *value_;
    }

private:
    mutable std::once_flag once_;
    mutable std::unique_ptr<const T> value_;
};

/// What targets with equal settings share, in either precision.
struct Posterior {
    std::shared_ptr<const LogisticData> data;
    bool hierarchical;

    template <class Real>
    struct Likelihoods {
        LogisticLikelihood<Real> train, held_out;
    };
    template <class Real>
    const Likelihoods<Real>& likelihoods() const {
        const auto make = [&] {
            return Likelihoods<Real>{LogisticLikelihood<Real>(data->train),
                                     LogisticLikelihood<Real>(data->held_out)};
        };
        if constexpr (std::is_same_v<Real, float>) {
            return single.get(make);
        } else {
            return twice.get(make);
        }
    }
    const GaussianMoments& moments() const {
        return laplace.get([&] {
            return hierarchical ? laplace_moments_with_precision(data->train, precision_rate)
                                : laplace_moments(data->train);
        });
    }

    Lazy<Likelihoods<float>> single{};
    Lazy<Likelihoods<double>> twice{};
    Lazy<GaussianMoments> laplace{};
};

std::shared_ptr<const Posterior> posterior(const LogisticSettings& s) {
    using Key = std::pair<std::shared_ptr<const LogisticData>, bool>;
    static auto& kept = *new Recent<Key, Posterior>(4);
    const Key key{logistic_data(s), s.prior == "gamma_hierarchical"};
    return kept.get(key, [&] { return Posterior{key.first, key.second}; });
}

template <class Real>
class LogisticRegression final : public Target<Real> {
public:
    LogisticRegression(const LogisticSettings& s, const TargetContext<Real>&)
        : posterior_(posterior(s)), likelihoods_(posterior_->likelihoods<Real>()),
          hierarchical_(posterior_->hierarchical) {}

    int dim() const override { return n_coefficients() + hierarchical_; }
    bool has_hessian() const override { return dim() <= largest_hessian_dim; }

    std::vector<Observable> observables() const override {
        std::vector<Observable> out = Target<Real>::observables();
        for (const std::string& name : posterior_->data->names) {
            out.push_back({.name = name});
        }
        if (hierarchical_) {
            out.push_back({.name = "log_alpha"});
        }
        if (n_held_out() > 0) {
            out.push_back({.name = "accuracy"});
            out.push_back({.name = "log_predictive_density", .unit = "nats per row"});
        }
        return out;
    }
    /// Accuracy and log predictive density are means over the rows that were held out.
    void observe(Block<const Real> x, Block<double> out) const override {
        Target<Real>::observe(x, out);
        const int lanes = x.lanes();
        for (int i = 0; i < dim(); ++i) {
            std::copy_n(x.row(i), lanes, out.row(1 + i));
        }
        if (n_held_out() > 0) {
            double *accuracy = out.row(1 + dim()), *log_density = out.row(2 + dim());
            likelihoods_.held_out.count_correct(x, accuracy);
            likelihoods_.held_out.evaluate(x, {.log_likelihood = log_density});
            for (int lane = 0; lane < lanes; ++lane) {
                accuracy[lane] /= n_held_out(), log_density[lane] /= n_held_out();
            }
        }
    }

    std::optional<Eigen::VectorXd> mean() const override { return posterior_->moments().mean; }
    std::optional<Eigen::MatrixXd> covariance() const override { return posterior_->moments().covariance; }
    double local_variance() const override { return posterior_->moments().narrowest; }

protected:
    void evaluate_block(Block<const Real> x, const Wanted<Real>& wanted) const override {
        Scratch frame;
        double* log_likelihood = frame.take<double>(block_size);
        likelihoods_.train.evaluate(x, {log_likelihood, wanted.score, wanted.hessian, dim()});
        add_prior(x, log_likelihood, wanted);
    }

    /// Of the likelihood and the prior: -alpha v, and where log alpha varies the column and row -alpha x.
    void hessian_vector_block(Block<const Real> x, Block<const Real> v, Block<Real> out) const override {
        likelihoods_.train.hessian_vector(x, v, out);
        Scratch frame;
        const Prior prior(*this, frame, x);
        const int d = n_coefficients(), lanes = x.lanes();
        for (int i = 0; i < d; ++i) {
            for (int lane = 0; lane < lanes; ++lane) {
                const Real along = hierarchical_ ? v(d, lane) : Real(0);
                out(i, lane) -= prior.root[lane] * (prior.root[lane] * (v(i, lane) + x(i, lane) * along));
            }
        }
        for (int lane = 0; hierarchical_ && lane < lanes; ++lane) {
            Real sum = 0;
            for (int i = 0; i < d; ++i) {
                sum += prior.root[lane] * x(i, lane) * (prior.root[lane] * v(i, lane));
            }
            out(d, lane) = static_cast<Real>(prior.bend(lane)) * v(d, lane) - sum;
        }
    }

private:
    int n_coefficients() const { return likelihoods_.train.dim(); }
    int n_held_out() const { return likelihoods_.held_out.n_rows(); }

    /// sqrt(alpha), which with x is as large as alpha x and not sooner infinite, and alpha |x|^2; alpha = 1
    /// where it is no coordinate.
    struct Prior {
        Real* root;
        double* square;
        double* alpha;

        Prior(const LogisticRegression& target, Scratch& frame, Block<const Real> x)
            : root(frame.take<Real>(block_size)), square(frame.take<double>(block_size)),
              alpha(frame.take<double>(block_size)) {
            const int d = target.n_coefficients(), lanes = x.lanes();
            for (int lane = 0; lane < lanes; ++lane) {
                const double half = target.hierarchical_ ? 0.5 * static_cast<double>(x(d, lane)) : 0;
                root[lane] = static_cast<Real>(std::exp(half));
                alpha[lane] = std::exp(2 * half);
                square[lane] = 0;
            }
            for (int i = 0; i < d; ++i) {
                for (int lane = 0; lane < lanes; ++lane) {
                    const double scaled = static_cast<double>(root[lane]) * static_cast<double>(x(i, lane));
                    square[lane] += scaled * scaled;
                }
            }
        }
        /// Second derivative with respect to log alpha.
        double bend(int lane) const { return -0.5 * square[lane] - precision_rate * alpha[lane]; }
    };

    void add_prior(Block<const Real> x, const double* log_likelihood, const Wanted<Real>& wanted) const {
        Scratch frame;
        const Prior prior(*this, frame, x);
        const int d = n_coefficients(), lanes = x.lanes();
        const auto row_of = [](Real* rows, int i) {
            return rows + static_cast<std::ptrdiff_t>(i) * block_size;
        };
        const double shape = 0.5 * d + 1, constant = -0.5 * d * std::log(2 * std::numbers::pi) +
                                                     (hierarchical_ ? std::log(precision_rate) : 0);
        for (int lane = 0; wanted.log_density && lane < lanes; ++lane) {
            double value = log_likelihood[lane] + constant - 0.5 * prior.square[lane];
            if (hierarchical_) {
                value += shape * static_cast<double>(x(d, lane)) - precision_rate * prior.alpha[lane];
            }
            wanted.log_density[lane] = static_cast<Real>(value);
        }
        for (int i = 0; wanted.score && i < d; ++i) {
            Real* row = row_of(wanted.score, i);
            for (int lane = 0; lane < lanes; ++lane) {
                row[lane] -= prior.root[lane] * (prior.root[lane] * x(i, lane));
            }
        }
        for (int lane = 0; hierarchical_ && wanted.score && lane < lanes; ++lane) {
            row_of(wanted.score, d)[lane] = static_cast<Real>(prior.bend(lane) + shape);
        }
        for (int i = 0; wanted.hessian && i < d; ++i) {
            Real* own = row_of(wanted.hessian, i * dim() + i);
            for (int lane = 0; lane < lanes; ++lane) {
                own[lane] -= prior.root[lane] * prior.root[lane];
            }
            for (int lane = 0; hierarchical_ && lane < lanes; ++lane) {
                row_of(wanted.hessian, i * dim() + d)[lane] = row_of(wanted.hessian, d * dim() + i)[lane] =
                    -prior.root[lane] * (prior.root[lane] * x(i, lane));
            }
        }
        for (int lane = 0; hierarchical_ && wanted.hessian && lane < lanes; ++lane) {
            row_of(wanted.hessian, d * dim() + d)[lane] = static_cast<Real>(prior.bend(lane));
        }
    }

    std::shared_ptr<const Posterior> posterior_;
    const Posterior::Likelihoods<Real>& likelihoods_;
    bool hierarchical_;
};

}  // namespace

TargetEntry logistic_regression_target() {
    return target_entry<LogisticRegression, LogisticSettings>(
        "logistic_regression", "posterior of a Bayesian logistic regression on data of your own");
}

}  // namespace tempera
