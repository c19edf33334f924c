// SPDX-License-Identifier: MIT
#include "figures/ticks.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tempera {
namespace {

constexpr const char* minus = "\u2212";

double round_step(double range, int n) {
    const double raw = range / std::max(1, n), power = std::pow(10.0, std::floor(std::log10(raw)));
    const double lead = raw / power;
    return power * (lead < 1.4 ? 1 : lead < 3.0 ? 2 : lead < 7.0 ? 5 : 10);
}

/// Decimals that multiples of `unit` need.
int decimals_of(double unit) {
    constexpr int most = 17;  // digits of a double
    return std::clamp(static_cast<int>(std::ceil(-std::log10(unit) - 1e-9)), 0, most);
}

/// Texts of the multiples of a step among numbers up to `size`.
class TickText {
public:
    TickText(double size, double step) : step_(step) {
        // Numbers of this size are so far apart; fewer than four of them make no scale.
        const double spacing = std::nextafter(size, 2 * size) - size;
        if (step_ < 4 * spacing) {
            step_ = round_step(4 * spacing, 1);
        }
        exponent_ = static_cast<int>(std::floor(std::log10(size) + 1e-9));
        decimals_ = decimals_of(step_);
        digits_ = std::max(1, decimals_of(step_ / std::pow(10.0, exponent_)));
        constexpr int short_digits = 3;
        const bool long_text =
            digits_ > short_digits && size < 1e15;  // 20 000 002 rather than 2.0000002 10^7
        scientific_ = size < 1e-4 || (size >= 1e7 && !long_text);
    }
    double step() const { return step_; }
    std::string operator()(double v) const {
        if (!scientific_) {
            return typeset(v, decimals_);
        }
        return v == 0 ? typeset(0, 0)
                      : typeset(v / std::pow(10.0, exponent_), digits_) + "\u00b7" +
                            typeset_power_of_ten(exponent_);
    }

private:
    double step_;
    int exponent_ = 0, decimals_ = 0, digits_ = 1;
    bool scientific_ = false;
};

std::vector<std::pair<double, std::string>> log_ticks(const PlotAxis& axis, int n_wanted) {
    const int first = static_cast<int>(std::ceil(std::log10(axis.min) - 1e-9));
    const int last = static_cast<int>(std::floor(std::log10(axis.max) + 1e-9));
    const int step = std::max(
        1, static_cast<int>(std::ceil((last - first + 1) / static_cast<double>(std::max(2, n_wanted)))));
    std::vector<std::pair<double, std::string>> out;
    for (int e = first; e <= last; e += step) {
        out.emplace_back(std::pow(10.0, e), typeset_power_of_ten(e));
    }
    if (out.size() >= 2) {
        return out;
    }
    out.clear();  // less than two decades: 1, 2, 5 in plain numbers
    for (int e = first - 1; e <= last + 1; ++e) {
        for (double lead : {1.0, 2.0, 5.0}) {
            const double v = lead * std::pow(10.0, e);
            if (v >= axis.min * (1 - 1e-9) && v <= axis.max * (1 + 1e-9)) {
                out.emplace_back(v, typeset(v, std::max(0, -e)));
            }
        }
    }
    return out;
}

}  // namespace

std::string typeset(double value, int decimals) {
    char buffer[400];
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, std::abs(value), std::chars_format::fixed, decimals)
            .ptr;
    const std::string digits(buffer, end);
    const std::size_t whole = std::min(digits.size(), digits.find('.'));
    std::string out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (whole > 3 && i > 0 && i < whole && (whole - i) % 3 == 0) {
            out += "\u2009";
        }
        out += digits[i];
    }
    const bool zero = digits.find_first_of("123456789") == std::string::npos;
    return (value < 0 && !zero ? minus : "") + out;
}

std::string typeset_power_of_ten(int exponent) {
    constexpr const char* superscripts[] = {"\u2070", "\u00b9", "\u00b2", "\u00b3", "\u2074",
                                            "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
    if (exponent == 0) {
        return "1";
    }
    if (exponent == 1) {
        return "10";
    }
    std::string out = exponent < 0 ? "10\u207b" : "10";
    for (char digit : std::to_string(std::abs(exponent))) {
        out += superscripts[digit - '0'];
    }
    return out;
}

std::vector<std::pair<double, std::string>> axis_ticks(const PlotAxis& axis, int n_wanted) {
    if (!axis.ticks.empty()) {
        return axis.ticks;
    }
    if (axis.log) {
        return log_ticks(axis, n_wanted);
    }
    const double range = axis.max - axis.min;
    return range > 0 && std::isfinite(range) ? ticks_of_step(axis.min, axis.max, round_step(range, n_wanted))
                                             : std::vector<std::pair<double, std::string>>();
}

std::vector<std::pair<double, std::string>> ticks_of_step(double low, double high, double step) {
    const TickText text(std::max(std::abs(low), std::abs(high)), step);
    constexpr std::size_t most = 200;
    std::vector<std::pair<double, std::string>> out;
    for (double k = std::ceil(low / text.step() - 1e-9);
         k * text.step() <= high + 1e-9 * text.step() && out.size() < most; ++k) {
        const double v = k == 0 ? 0.0 : k * text.step();
        out.emplace_back(v, text(v));
    }
    return out;
}

std::vector<std::pair<double, std::string>> level_ticks(int n_levels) {
    int parts = 1;
    for (int p : {4, 5, 3, 2}) {
        if (n_levels % p == 0) {
            parts = p;
            break;
        }
    }
    std::vector<std::pair<double, std::string>> out;
    if (parts > 1) {
        for (int p = 0; p <= parts; ++p) {
            out.emplace_back(n_levels / parts * p, std::to_string(n_levels / parts * p));
        }
        return out;
    }
    const int step = std::max(1, static_cast<int>(round_step(n_levels, 5)));
    for (int level = 0; level < n_levels - step / 2; level += step) {
        out.emplace_back(level, std::to_string(level));
    }
    out.emplace_back(n_levels, std::to_string(n_levels));
    return out;
}

}  // namespace tempera
