// SPDX-License-Identifier: MIT
// Rows of the Setup panel, made from the settings' own descriptions. Nothing here knows a method by name.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "app/kit/field_widgets.hpp"
#include "app/shell/workbench.hpp"

namespace tempera::app {

class SetupForm {
public:
    explicit SetupForm(Workbench& bench) : bench_(bench), w_(bench.workspace), theme_(bench.theme) {}
    void section(const std::string& section);

private:
    static constexpr float label_column = 96, dot_column = 22;
    using Types = std::vector<std::pair<std::string, std::string>>;
    /// One row: what it edits, and what it is called.
    struct Row {
        std::string id;      ///< unique in the form
        std::string dotted;  ///< place in the preset that is reset, copied and marked
        std::string text, help;
        Change change = Change::cold;
    };

    bool matches(const std::string& dotted) const;
    void heading();
    void schedule();
    float label(const Row& row, bool bad);
    void dot(const Row& row);
    bool begin_row(const Row& row);  ///< whether a problem is there
    void end_row(const Row& row, bool bad);
    void type_row(const std::string& section, const std::string& type, const Types& types,
                  const char* text = "type");
    void field_row(const std::string& dotted, const Field& field, const std::string& text);
    void value_row(const Row& row, const Field& field, Json value,
                   const std::function<void(const Json&)>& set);

    // The model's own rows (setup_model.cpp).
    void model();
    void losses(const Json& list);
    void loss_rows(const Json& list, std::size_t index);
    void add_loss(const Json& list);
    void training();
    void train_button();

    Workbench& bench_;
    Workspace& w_;
    const Theme& theme_;
    std::string heading_;
    bool headed_ = false;
    bool trained_ = false;  ///< the section's settings are those of a network and its training
};

}  // namespace tempera::app
