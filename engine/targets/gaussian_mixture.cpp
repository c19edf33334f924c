// SPDX-License-Identifier: MIT
// Any Gaussian mixture: weights, means and one of sigmas, variances, covariances.
#include <Eigen/Eigenvalues>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <string>

#include "core/number.hpp"
#include "core/number_text.hpp"
#include "targets/mixture_build.hpp"
#include "targets/mixture_settings.hpp"
#include "targets/target.hpp"

namespace tempera {

void check_covariance(const std::vector<std::vector<double>>& rows, std::size_t dim, const std::string& place,
                      Problems& problems) {
    const auto n = static_cast<Eigen::Index>(dim);
    if (rows.size() != dim) {
        return problems.add(place, "has " + std::to_string(rows.size()) + " rows; the dimension is " +
                                       std::to_string(dim));
    }
    Eigen::MatrixXd m(n, n);
    for (std::size_t i = 0; i < dim; ++i) {
        if (rows[i].size() != dim) {
            return problems.add(place + "[" + std::to_string(i) + "]",
                                "has " + std::to_string(rows[i].size()) + " numbers; the dimension is " +
                                    std::to_string(dim));
        }
        m.row(static_cast<Eigen::Index>(i)) = Eigen::Map<const Eigen::RowVectorXd>(rows[i].data(), n);
    }
    if (!m.allFinite()) {
        return problems.add(place, "holds a number that is not finite");
    }
    const auto variances = m.diagonal().array();
    if (!(variances >= least_scale * least_scale && variances <= largest_scale * largest_scale).all()) {
        return problems.add(place, "must have variances (entries [i][i]) from " +
                                       short_number(least_scale * least_scale) + " to " +
                                       short_number(largest_scale * largest_scale));
    }
    if ((m - m.transpose()).cwiseAbs().maxCoeff() > 1e-9 * m.cwiseAbs().maxCoeff()) {
        return problems.add(place, "is not symmetric; make entry [i][j] equal to [j][i]");
    }
    // Scaled to a unit diagonal the coordinates' units do not matter: eigenvalues within rounding of zero are
    // those of a singular matrix.
    const Eigen::VectorXd inverse = variances.sqrt().inverse();
    const double smallest = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(
                                inverse.asDiagonal() * m * inverse.asDiagonal(), Eigen::EigenvaluesOnly)
                                .eigenvalues()(0);
    const double rounding = 32 * static_cast<double>(dim * dim) * std::numeric_limits<double>::epsilon();
    if (!(smallest > rounding)) {
        problems.add(place, "not positive definite (eigenvalue " +
                                short_number(std::abs(smallest) <= rounding ? 0 : smallest, 6) +
                                " of its correlations); some coordinates are sums of others, or of no "
                                "Gaussian at all");
    }
}

namespace {

using Rows = std::vector<std::vector<double>>;

/// Reads nested lists of finite numbers; false when it is something else.
bool read_numbers(const Json& in, std::vector<double>& out) {
    if (!in.is_array()) {
        return false;
    }
    for (const Json& v : in) {
        if (!v.is_number() || !std::isfinite(v.get<double>())) {
            return false;
        }
        out.push_back(v.get<double>());
    }
    return true;
}

bool read_rows(const Json& in, Rows& out) {
    if (!in.is_array()) {
        return false;
    }
    for (const Json& row : in) {
        out.emplace_back();
        if (!read_numbers(row, out.back())) {
            return false;
        }
    }
    return true;
}

struct MixtureSettings {
    std::vector<double> weights{2.0 / 3, 1.0 / 3};
    Rows means{{-4, 0}, {4, 0}};
    Json sigmas, variances, covariances;

    void describe(Describer& d) {
        d.numbers("weights", weights, {.help = "weight of each component; they sum to 1"});
        d.matrix("means", means,
                 {.min = -largest_scale, .max = largest_scale, .help = "mean of each component"});
        d.rows("sigmas", sigmas,
               {.help = "standard deviations: a number per component, or a list of one per coordinate; give "
                        "one of sigmas, variances, covariances"});
        d.rows("variances", variances, {.help = "variances, in the same form as sigmas"});
        d.matrices("covariances", covariances, {.help = "covariance matrix of each component"});
    }

    void complete() {
        if (n_spreads() == 0 && weights == std::vector<double>{2.0 / 3, 1.0 / 3} &&
            means == Rows{{-4, 0}, {4, 0}}) {
            sigmas = Json::array({0.25, 1.0});  // nothing was given: the two lakes
        }
    }

    int n_spreads() const { return !sigmas.is_null() + !variances.is_null() + !covariances.is_null(); }

    void check(const std::string& place, Problems& problems) const {
        check_means(place + ".means", problems);
        check_weights(place + ".weights", problems);
        if (n_spreads() != 1) {
            const char* second = !variances.is_null() ? ".variances" : ".covariances";
            problems.add(
                place + (n_spreads() == 0 ? ".sigmas" : second),
                n_spreads() == 0
                    ? "is missing; give one of sigmas, variances and covariances"
                    : "is given beside another; give exactly one of sigmas, variances and covariances");
            return;
        }
        if (!sigmas.is_null()) {
            check_spreads(sigmas, place + ".sigmas", least_scale, largest_scale, problems);
        } else if (!variances.is_null()) {
            check_spreads(variances, place + ".variances", least_scale * least_scale,
                          largest_scale * largest_scale, problems);
        } else {
            check_covariances(place + ".covariances", problems);
        }
    }

    Mixture mixture() const {
        const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
        std::vector<double> normalised;
        std::vector<Eigen::VectorXd> centres;
        std::vector<Eigen::MatrixXd> matrices;
        for (std::size_t c = 0; c < weights.size(); ++c) {
            normalised.push_back(weights[c] / sum);
            centres.emplace_back(Eigen::Map<const Eigen::VectorXd>(means[c].data(), dim()));
            matrices.push_back(covariance(c));
        }
        return build_mixture(normalised, centres, matrices);
    }

private:
    Eigen::Index dim() const { return static_cast<Eigen::Index>(means.front().size()); }

    Eigen::MatrixXd covariance(std::size_t c) const {
        Eigen::MatrixXd out = Eigen::MatrixXd::Zero(dim(), dim());
        for (Eigen::Index i = 0; i < dim(); ++i) {
            if (covariances.is_null()) {
                const Json& entry = (sigmas.is_null() ? variances : sigmas)[c];
                const double v = entry.is_array() ? entry[i].get<double>() : entry.get<double>();
                out(i, i) = sigmas.is_null() ? v : v * v;
                continue;
            }
            for (Eigen::Index j = 0; j < dim(); ++j) {
                out(i, j) = 0.5 * (covariances[c][i][j].get<double>() + covariances[c][j][i].get<double>());
            }
        }
        return out;
    }

    void check_weights(const std::string& place, Problems& problems) const {
        if (weights.size() != means.size()) {
            problems.add(place, std::to_string(weights.size()) + " weights for " +
                                    std::to_string(means.size()) + " means; give one weight per mean");
        }
        double sum = 0;
        for (std::size_t c = 0; c < weights.size(); ++c) {
            if (!(weights[c] > 0)) {
                problems.add(place + "[" + std::to_string(c) + "]",
                             short_number(weights[c], 6) + " must be positive");
                return;
            }
            sum += weights[c];
        }
        if (weights.empty()) {
            problems.add(place, "is empty; give one weight per component");
        } else if (!std::isfinite(sum)) {
            problems.add(place, "are too large to be summed; use weights that sum to 1");
        } else if (std::abs(sum - 1) > 1e-6) {
            problems.add(place, "sum to " + short_number(sum, 6) + ", not 1; divide each by " +
                                    short_number(sum, 6));
        }
    }

    void check_means(const std::string& place, Problems& problems) const {
        if (means.empty() || means.front().empty()) {
            problems.add(place, "is empty; give one list of numbers per component");
            return;
        }
        for (std::size_t c = 1; c < means.size(); ++c) {
            if (means[c].size() != means.front().size()) {
                problems.add(place + "[" + std::to_string(c) + "]",
                             "has " + std::to_string(means[c].size()) + " numbers but means[0] has " +
                                 std::to_string(means.front().size()) + "; all means need the same length");
            }
        }
    }

    void check_spreads(const Json& values, const std::string& place, double least, double largest,
                       Problems& problems) const {
        if (!values.is_array() || values.size() != means.size()) {
            problems.add(place, (values.is_array() ? "has " + std::to_string(values.size()) + " entries"
                                                   : std::string("is not a list")) +
                                    "; there are " + std::to_string(means.size()) +
                                    " means, so give that many");
            return;
        }
        for (std::size_t c = 0; c < values.size(); ++c) {
            const std::string at = place + "[" + std::to_string(c) + "]";
            std::vector<double> numbers;
            if (!read_numbers(values[c].is_array() ? values[c] : Json::array({values[c]}), numbers)) {
                problems.add(at, values[c].dump() + " must be a number, or a list of numbers");
                continue;
            }
            if (values[c].is_array() && numbers.size() != means[c].size()) {
                problems.add(at, "has " + std::to_string(numbers.size()) + " numbers; the dimension is " +
                                     std::to_string(means[c].size()));
            }
            for (double v : numbers) {
                if (!(v > 0)) {
                    problems.add(at, short_number(v, 6) + " must be positive");
                } else if (!(v >= least && v <= largest)) {
                    problems.add(at, short_number(v, 6) + " must be from " + short_number(least) + " to " +
                                         short_number(largest) +
                                         ": beyond, its square or inverse is no number of float64");
                }
            }
        }
    }

    void check_covariances(const std::string& place, Problems& problems) const {
        if (!covariances.is_array() || covariances.size() != means.size()) {
            problems.add(place,
                         "must be a list of " + std::to_string(means.size()) + " matrices, one per mean");
            return;
        }
        for (std::size_t c = 0; c < covariances.size(); ++c) {
            const std::string at = place + "[" + std::to_string(c) + "]";
            Rows rows;
            if (!read_rows(covariances[c], rows)) {
                problems.add(at, "must be a list of lists of numbers");
            } else if (!means[c].empty()) {
                check_covariance(rows, means[c].size(), at, problems);
            }
        }
    }
};

template <class Real>
class GaussianMixture final : public MixtureTarget<Real> {
public:
    GaussianMixture(const MixtureSettings& s, const TargetContext<Real>&)
        : MixtureTarget<Real>(s.mixture()) {}
};

}  // namespace

TargetEntry gaussian_mixture_target() {
    return target_entry<GaussianMixture, MixtureSettings>(
        "gaussian_mixture", "any mixture of Gaussians: isotropic, diagonal or full covariances, log Z = 0");
}

}  // namespace tempera
