// SPDX-License-Identifier: MIT
#include "diagnostics/mean_discrepancy.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/number.hpp"
#include "core/parallel.hpp"

namespace tempera {

namespace {

double square_distance(const double* a, const double* b, std::size_t dim) {
    double square = 0;
    for (std::size_t k = 0; k < dim; ++k) {
        square += (a[k] - b[k]) * (a[k] - b[k]);
    }
    return square;
}

/// Sums of weight_a[i] weight_b[j] kernel(a_i, b_j) for every choice of weights, over all pairs or, within
/// one set (b is a), over those of different points.
std::vector<double> kernel_sums(std::span<const double> a, const std::vector<std::vector<double>>& weights_a,
                                std::span<const double> b, const std::vector<std::vector<double>>& weights_b,
                                std::size_t dim, double bandwidth, bool within) {
    const std::size_t n = a.size() / dim, m = b.size() / dim, n_choices = weights_a.size();
    const double scale = -0.5 / (bandwidth * bandwidth);
    std::vector<double> parts(n * n_choices);
    parallel_for(static_cast<int>(n), [&](int row) {
        const auto i = static_cast<std::size_t>(row);
        std::vector<double> kernel(m);
        for (std::size_t j = 0; j < m; ++j) {
            kernel[j] = within && i == j
                            ? 0.0
                            : std::exp(scale * square_distance(a.data() + i * dim, b.data() + j * dim, dim));
        }
        for (std::size_t c = 0; c < n_choices; ++c) {
            const std::vector<double>& w = weights_b[std::min(c, weights_b.size() - 1)];
            parts[i * n_choices + c] =
                weights_a[c][i] * std::inner_product(kernel.begin(), kernel.end(), w.begin(), 0.0);
        }
    });
    std::vector<double> out(n_choices);
    for (std::size_t p = 0; p < parts.size(); ++p) {
        out[p % n_choices] += parts[p];
    }
    return out;
}

/// Weight of the pairs of different points.
double different(const std::vector<double>& weight) {
    return 1 - std::inner_product(weight.begin(), weight.end(), weight.begin(), 0.0);
}

}  // namespace

double MeanDiscrepancy::root() const {
    return std::isnan(squared) ? squared : std::sqrt(std::max(0.0, squared));
}

std::vector<MeanDiscrepancy> mean_discrepancies(std::span<const double> x,
                                                const std::vector<std::vector<double>>& weights_x,
                                                std::span<const double> y, std::span<const double> weight_y,
                                                int dim, double bandwidth) {
    const auto d = static_cast<std::size_t>(dim);
    const std::vector<std::vector<double>> of_y{{weight_y.begin(), weight_y.end()}};
    const std::vector<double> xx = kernel_sums(x, weights_x, x, weights_x, d, bandwidth, true),
                              yy = kernel_sums(y, of_y, y, of_y, d, bandwidth, true),
                              xy = kernel_sums(x, weights_x, y, of_y, d, bandwidth, false);
    std::vector<MeanDiscrepancy> out;
    for (std::size_t c = 0; c < weights_x.size(); ++c) {
        out.push_back({xx[c] / different(weights_x[c]) + yy[0] / different(of_y[0]) - 2 * xy[c]});
    }
    return out;
}

double median_distance(std::span<const double> x, int dim) {
    constexpr std::size_t most = 500;
    const std::size_t d = static_cast<std::size_t>(dim), n = x.size() / d, kept = std::min(n, most);
    std::vector<double> squares;
    for (std::size_t i = 0; i < kept; ++i) {
        for (std::size_t j = i + 1; j < kept; ++j) {
            squares.push_back(square_distance(x.data() + i * n / kept * d, x.data() + j * n / kept * d, d));
        }
    }
    if (squares.empty()) {
        return not_a_number;
    }
    const auto middle = squares.begin() + static_cast<std::ptrdiff_t>(squares.size() / 2);
    std::nth_element(squares.begin(), middle, squares.end());
    return std::sqrt(*middle);
}

}  // namespace tempera
