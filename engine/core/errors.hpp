// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tempera {

/// One thing wrong with the input: where, what stands there, the rule it breaks, what to do.
struct Problem {
    std::string place;  ///< dotted path, e.g. "sampler.n_particles"
    std::string text;   ///< value, rule and fix as one readable sentence
};

/// Collects every problem of an input instead of stopping at the first.
class Problems {
public:
    void add(std::string place, std::string text) { list_.push_back({std::move(place), std::move(text)}); }
    bool empty() const { return list_.empty(); }
    const std::vector<Problem>& list() const { return list_; }
    void throw_if_any() const;

private:
    std::vector<Problem> list_;
};

/// Bad input: exit code 2. what() holds one line per problem ("place: text").
class ConfigError : public std::runtime_error {
public:
    explicit ConfigError(std::vector<Problem> problems);
    ConfigError(std::string place, std::string text)
        : ConfigError(std::vector<Problem>{{std::move(place), std::move(text)}}) {}
    const std::vector<Problem>& problems() const { return problems_; }

private:
    std::vector<Problem> problems_;
};

/// NaN, infinity or divergence where none may be: exit code 3; what was reached is kept.
class NumericalError : public std::runtime_error {
public:
    NumericalError(const std::string& text, int at_level, long at_particle)
        : std::runtime_error(text), level(at_level), particle(at_particle) {}
    int level;
    long particle;
};

inline void Problems::throw_if_any() const {
    if (!list_.empty()) {
        throw ConfigError(list_);
    }
}

inline ConfigError::ConfigError(std::vector<Problem> problems)
    : std::runtime_error([&] {
          std::string text;
          for (const Problem& p : problems) {
              text += (text.empty() ? "" : "\n") + p.place + (p.place.empty() ? "" : ": ") + p.text;
          }
          return text;
      }()),
      problems_(std::move(problems)) {}

}  // namespace tempera
