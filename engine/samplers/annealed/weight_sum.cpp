// SPDX-License-Identifier: MIT
#include "samplers/annealed/weight_sum.hpp"

#include <Eigen/Core>
#include <cmath>

#include "core/block.hpp"
#include "core/number.hpp"

namespace tempera {

WeightSum& WeightSum::operator+=(const WeightSum& other) {
    if (other.max == minus_infinity) {
        return *this;
    }
    if (other.max > max) {
        const double scale = std::exp(max - other.max);
        sum = sum * scale + other.sum;
        squares = squares * scale * scale + other.squares;
        max = other.max;
    } else {
        const double scale = std::exp(other.max - max);
        sum += other.sum * scale;
        squares += other.squares * scale * scale;
    }
    return *this;
}

WeightSum WeightSum::of(const double* log_weight, int n) {
    const Eigen::Map<const Eigen::ArrayXd> values(log_weight, n);
    WeightSum out;
    out.max = values.maxCoeff();
    if (out.max == minus_infinity) {
        return out;
    }
    const Eigen::Array<double, Eigen::Dynamic, 1, 0, block_size, 1> w = (values - out.max).exp();
    out.sum = w.sum();
    out.squares = w.square().sum();
    return out;
}

double WeightSum::log_sum() const { return sum > 0 ? max + std::log(sum) : minus_infinity; }

}  // namespace tempera
