// SPDX-License-Identifier: MIT
// Data of a logistic regression: a user's files, or a small synthetic set.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/settings.hpp"
#include "targets/logistic/logistic_likelihood.hpp"

namespace tempera {

struct LogisticDataSettings {
    std::string data, labels;
    bool standardise_features = true;
    double train_fraction = 1;
    int split_seed = 1, n_rows = 200, n_features = 4, data_seed = 1;

    void describe(Describer& d);
    /// Reads the data and says what is wrong with them.
    void check(const std::string& place, Problems& problems) const;
    bool operator==(const LogisticDataSettings&) const = default;
};

struct LogisticData {
    std::vector<std::string>
        names;  ///< of the coefficients: the columns' or w_1, w_2, ..., and last the bias
    LogisticRows train, held_out;
};

/// The data of good settings; the same object for equal settings as long as the files stay as they are.
/// Throws ConfigError at target.data or target.labels.
std::shared_ptr<const LogisticData> logistic_data(const LogisticDataSettings& settings);

}  // namespace tempera
