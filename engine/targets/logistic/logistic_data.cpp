// SPDX-License-Identifier: MIT
#include "targets/logistic/logistic_data.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <set>

#include "core/number_table.hpp"
#include "core/number_text.hpp"
#include "core/recent.hpp"
#include "core/rng.hpp"
#include "core/text.hpp"

namespace tempera {

namespace fs = std::filesystem;

namespace {

/// The Laplace approximation and the window's maps need matrices of this size.
constexpr std::size_t most_columns = 1024;

using Features = LogisticRows;

struct LabelledRows {
    std::vector<std::string> columns;  ///< names, empty where there are none
    Features features;
    std::vector<double> labels;
};

/// Throws at a setting of the target.
struct Complaint {
    std::string place;
    [[noreturn]] void operator()(const char* setting, const std::string& text) const {
        throw ConfigError(place + "." + setting, text);
    }
};

std::shared_ptr<const NumberTable> table_at(const std::string& name, const char* setting,
                                            const Complaint& refuse) {
    try {
        return read_number_table(name);
    } catch (const ConfigError& error) {
        refuse(setting, error.what());
    }
}

/// The column of a table that a text names, by its name or by its number from 1; n_columns where it names
/// none.
std::size_t column_of(const NumberTable& table, const std::string& text) {
    const auto named = std::find(table.columns.begin(), table.columns.end(), text);
    if (named != table.columns.end()) {
        return static_cast<std::size_t>(named - table.columns.begin());
    }
    const bool digits = !text.empty() && text.size() < 9 && text.find_first_not_of("0123456789") == text.npos;
    const std::size_t number = digits ? std::stoul(text) : 0;
    return number >= 1 && number <= table.n_columns ? number - 1 : table.n_columns;
}

/// german_labels.npy of german_data.npy; empty for other names.
fs::path labels_beside(const fs::path& data) {
    const std::string stem = data.stem().string(), word = "_data";
    if (!stem.ends_with(word)) {
        return {};
    }
    return data.parent_path() /
           (stem.substr(0, stem.size() - word.size()) + "_labels" + data.extension().string());
}

std::vector<double> labels_in(const std::string& file, const NumberTable& data, const Complaint& refuse) {
    const auto table = table_at(file, "labels", refuse);
    if (table->n_columns != 1) {
        refuse("labels", "\"" + file + "\" has " + std::to_string(table->n_columns) +
                             " columns; labels are one column");
    }
    if (table->n_rows != data.n_rows) {
        refuse("labels", "\"" + file + "\" has " + std::to_string(table->n_rows) + " rows, the data have " +
                             std::to_string(data.n_rows) + "; a label for each row is needed");
    }
    return table->values;
}

/// Takes the labels out of the rows: a file's, or those of a column.
LabelledRows with_labels(const LogisticDataSettings& s, const NumberTable& data, const Complaint& refuse) {
    const fs::path beside = labels_beside(s.data);
    std::error_code ignored;
    LabelledRows out;
    std::size_t column = data.n_columns;
    if (fs::is_regular_file(s.labels, ignored)) {
        out.labels = labels_in(s.labels, data, refuse);
    } else if (column = column_of(data, s.labels.empty() ? "label" : s.labels); column < data.n_columns) {
        for (std::size_t i = 0; i < data.n_rows; ++i) {
            out.labels.push_back(data(i, column));
        }
    } else if (s.labels.empty() && !beside.empty()) {
        out.labels = labels_in(beside.string(), data, refuse);
    } else if (s.labels.empty()) {
        refuse("labels", "is empty, and \"" + s.data +
                             "\" has no column \"label\"; name a file, or the column by its name or number");
    } else {
        const std::string near = nearest_name(s.labels, data.columns);
        refuse("labels", "\"" + s.labels +
                             "\" is no file (beside the preset, in the working folder or in that of "
                             "TEMPERA_DATA), and no column of \"" +
                             s.data + "\", which has " + std::to_string(data.n_columns) +
                             (near.empty() ? "" : "; is \"" + near + "\" meant?"));
    }
    const auto p = static_cast<Eigen::Index>(data.n_columns - (column < data.n_columns));
    out.features.resize(static_cast<Eigen::Index>(data.n_rows), p);
    for (std::size_t j = 0, to = 0; j < data.n_columns; ++j) {
        if (j == column) {
            continue;
        }
        out.columns.push_back(j < data.columns.size() ? data.columns[j] : "");
        for (std::size_t i = 0; i < data.n_rows; ++i) {
            out.features(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(to)) = data(i, j);
        }
        ++to;
    }
    return out;
}

void check_table(const NumberTable& data, const std::string& file, const Complaint& refuse) {
    if (data.n_rows < 2) {
        refuse("data",
               "\"" + file + "\" has " + std::to_string(data.n_rows) + " rows of numbers; two are the least");
    }
    for (std::size_t i = 0; i < data.n_rows; ++i) {
        for (std::size_t j = 0; j < data.n_columns; ++j) {
            // Past 1e100 the deviations' squares would be none.
            if (!(std::abs(data(i, j)) <= 1e100)) {
                refuse("data", "\"" + file + "\" has in " + data.place(i, j) + " no finite number" +
                                   (std::isnan(data(i, j)) ? " (NaN or nothing)" : "") +
                                   "; fill it in or leave the row out");
            }
        }
    }
}

void check_rows(const LabelledRows& rows, const Complaint& refuse) {
    const auto p = static_cast<std::size_t>(rows.features.cols());
    if (p < 1 || p > most_columns) {
        refuse("data", "has " + std::to_string(p) + " columns of features; 1 to " +
                           std::to_string(most_columns) + " are possible");
    }
    for (std::size_t i = 0; i < rows.labels.size(); ++i) {
        if (rows.labels[i] != 0 && rows.labels[i] != 1) {
            refuse("labels", "label " + std::to_string(i + 1) + " is " + short_number(rows.labels[i], 6) +
                                 "; labels are 0 or 1");
        }
    }
    // Under the prior the posterior would exist, but nothing could be learned from the features: nearly
    // always a wrong column.
    if (std::set<double>(rows.labels.begin(), rows.labels.end()).size() < 2) {
        refuse("labels", "are all " + short_number(rows.labels.front()) +
                             "; there is nothing to tell apart: is it the right column?");
    }
}

/// Normal features, coefficients from the prior, labels from the model; drawn again until both labels occur.
LabelledRows synthetic(const LogisticDataSettings& s) {
    const StreamKey key{.seed = static_cast<std::uint64_t>(s.data_seed), .purpose = Purpose::training};
    LabelledRows out;
    out.columns.resize(static_cast<std::size_t>(s.n_features));
    out.features.resize(s.n_rows, s.n_features);
    for (std::uint64_t attempt = 0;; ++attempt) {
        Stream coefficients(key.with(key.purpose, 1, attempt), 0);
        const Eigen::VectorXd w =
            Eigen::VectorXd::NullaryExpr(s.n_features + 1, [&] { return coefficients.normal(); });
        out.labels.clear();
        for (int i = 0; i < s.n_rows; ++i) {
            Stream row(key.with(key.purpose, 2, attempt), static_cast<std::uint32_t>(i));
            for (int j = 0; j < s.n_features; ++j) {
                out.features(i, j) = row.normal();
            }
            const double z = out.features.row(i).dot(w.head(s.n_features)) + w(s.n_features);
            out.labels.push_back(row.uniform() * (1 + std::exp(-z)) < 1 ? 1 : 0);
        }
        if (std::set<double>(out.labels.begin(), out.labels.end()).size() == 2) {
            return out;
        }
    }
}

/// Mean 0 and variance 1 (of the population) in every column; a constant one becomes 0.
void standardise(Features& x) {
    constexpr double rounding = 1e-12;
    for (Eigen::Index j = 0; j < x.cols(); ++j) {
        const double size = x.col(j).cwiseAbs().maxCoeff();
        x.col(j).array() -= x.col(j).mean();
        const double deviation = std::sqrt(x.col(j).squaredNorm() / static_cast<double>(x.rows()));
        x.col(j) *= deviation > rounding * size ? 1 / deviation : 0;
    }
}

/// w_j for columns without a name, with one that cannot be shown and with one that is taken.
std::vector<std::string> coefficient_names(const std::vector<std::string>& columns) {
    std::set<std::string> taken{"energy", "bias", "log_alpha", "accuracy", "log_predictive_density"};
    std::vector<std::string> out;
    for (std::size_t j = 0; j < columns.size(); ++j) {
        const bool good = !columns[j].empty() && is_shown_text(columns[j]) && taken.insert(columns[j]).second;
        out.push_back(good ? columns[j] : "w_" + std::to_string(j + 1));
        taken.insert(out.back());
    }
    out.push_back("bias");
    return out;
}

/// Which rows are trained on: the first of a random order.
std::vector<bool> trained_rows(const LogisticDataSettings& s, std::size_t n) {
    if (s.train_fraction >= 1) {
        return std::vector<bool>(n, true);
    }
    const StreamKey key{.seed = static_cast<std::uint64_t>(s.split_seed), .purpose = Purpose::diagnostic};
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t i = 0; i < n; ++i) {
        order.emplace_back(Stream(key, static_cast<std::uint32_t>(i)).uniform(), i);
    }
    std::sort(order.begin(), order.end());
    const long wanted = std::lround(s.train_fraction * static_cast<double>(n));
    const auto n_train = static_cast<std::size_t>(std::clamp(wanted, 1L, static_cast<long>(n) - 1));
    std::vector<bool> out(n, false);
    for (std::size_t i = 0; i < n_train; ++i) {
        out[order[i].second] = true;
    }
    return out;
}

LogisticData prepared(const LogisticDataSettings& s, LabelledRows rows) {
    if (s.standardise_features) {
        standardise(rows.features);
    }
    const std::vector<bool> trained = trained_rows(s, rows.labels.size());
    const auto n_train = std::count(trained.begin(), trained.end(), true),
               n = static_cast<std::ptrdiff_t>(trained.size());
    const Eigen::Index p = rows.features.cols();
    LogisticData out{coefficient_names(rows.columns), LogisticRows(n_train, p + 1),
                     LogisticRows(n - n_train, p + 1)};
    Eigen::Index train = 0, held_out = 0;
    for (Eigen::Index i = 0; i < n; ++i) {
        const bool in = trained[static_cast<std::size_t>(i)];
        auto to = in ? out.train.row(train++) : out.held_out.row(held_out++);
        to.head(p) = rows.features.row(i);
        to(p) = 1;
        to *= rows.labels[static_cast<std::size_t>(i)] == 1 ? -1.0 : 1.0;
    }
    return out;
}

/// What the data depend on.
struct Source {
    LogisticDataSettings settings;
    std::shared_ptr<const NumberTable> data;
    FileStamp labels;
    bool operator==(const Source&) const = default;
};

std::shared_ptr<const LogisticData> load(const LogisticDataSettings& s, const std::string& place) {
    static auto& kept = *new Recent<Source, LogisticData>(4);
    const Complaint refuse{place};
    if (s.data.empty()) {
        return kept.get({s, nullptr, {}}, [&] { return prepared(s, synthetic(s)); });
    }
    const auto data = table_at(s.data, "data", refuse);
    return kept.get({s, data, FileStamp(s.labels.empty() ? labels_beside(s.data) : fs::path(s.labels))}, [&] {
        check_table(*data, s.data, refuse);
        LabelledRows rows = with_labels(s, *data, refuse);
        check_rows(rows, refuse);
        return prepared(s, std::move(rows));
    });
}

}  // namespace

void LogisticDataSettings::describe(Describer& d) {
    d.file(
        "data", data, {},
        {.help =
             "csv or npy file of features [rows, columns], or the name of a data set (german: "
             "german_data.npy with german_labels.npy, or german.csv with a column label); german, "
             "australian and heart are the Statlog sets of the UCI Machine Learning Repository, as numbers "
             "with labels 0 and 1; empty: a synthetic set"});
    // A word in angle brackets stands for any text: what is no file is the name of a column.
    d.file("labels", labels, {"<column>"},
           {.help =
                "labels 0 or 1: a file, or a column of the data by name or number from 1; empty: NAME_labels "
                "beside NAME_data, or the column label"});
    d.boolean(
        "standardise_features", standardise_features,
        {.help = "mean 0 and standard deviation 1 (of the population) in every column of the whole set"});
    d.number("train_fraction", train_fraction,
             {.min = 0,
              .max = 1,
              .open_min = true,
              .help = "share of the rows that the posterior is given; the others judge its predictions"});
    d.integer("split_seed", split_seed, {.min = 0, .help = "which rows are held out"});
    d.integer("n_rows", n_rows,
              {.min = 2, .max = 1000000, .log_scale = true, .help = "rows of the synthetic set"});
    d.integer("n_features", n_features,
              {.min = 1, .max = most_columns, .help = "columns of the synthetic set"});
    d.integer("data_seed", data_seed, {.min = 0, .help = "of the synthetic set"});
}

void LogisticDataSettings::check(const std::string& place, Problems& problems) const {
    std::error_code ignored;
    if (!data.empty() && !fs::exists(data, ignored)) {
        return;  // who looks files up names those that are missing
    }
    try {
        load(*this, place);
    } catch (const ConfigError& error) {
        for (const Problem& p : error.problems()) {
            problems.add(p.place, p.text);
        }
    }
}

std::shared_ptr<const LogisticData> logistic_data(const LogisticDataSettings& settings) {
    return load(settings, "target");
}

}  // namespace tempera
