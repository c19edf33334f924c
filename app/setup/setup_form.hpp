// SPDX-License-Identifier: MIT
// Rows of the Setup panel, made from the settings' own descriptions. Nothing here knows a method by name.
#pragma once

#include <functional>
#include <set>
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
    /// What is wrong outside the sections: schema, version, name, unknown keys.
    void problems_of_head();

private:
    static constexpr float label_column = 96, dot_column = 22;
    using Types = std::vector<std::pair<std::string, std::string>>;
    /// One row: what it edits, and what it is called.
    struct Row {
        std::string place;   ///< of its value, unique in the form: "model.losses[1].weight"
        std::string dotted;  ///< what is reset, copied and marked: the same, or the whole list around it
        std::string text, help;
        Change change = Change::cold;
    };
    using Set = std::function<void(const Json&)>;

    bool matches(const std::string& dotted) const;
    void heading();
    void rows(const std::vector<Field>& fields, const std::string& place, const std::string& prefix = "");
    void entry(const Field& field, const std::string& place);
    float label(const Row& row, bool bad);
    void dot(const Row& row);
    bool begin_row(const Row& row);  ///< whether a problem is there
    void end_row(const Row& row, bool bad);
    void type_row(const std::string& section, const std::string& type, const Types& types,
                  const std::string& text = "type");
    void field_row(const std::string& dotted, const Field& field, const std::string& text);
    void value_row(const Row& row, const Field& field, Json value, const Set& set);
    void other_problems(const std::string& section);

    // Lists of types with their settings, and the button of a network (setup_list.cpp).
    void list(const Field& field, const std::string& dotted);
    void item(const Field& field, const std::string& dotted, const Json& list, std::size_t index);
    void add_item(const Field& field, const std::string& dotted, const Json& list);
    void train_button();

    Workbench& bench_;
    Workspace& w_;
    const Theme& theme_;
    std::string heading_;
    bool headed_ = false;
    std::set<std::string> shown_;  ///< places of problems that a row has shown
    bool trained_ = false;         ///< the section's settings are those of a network and its training
};

}  // namespace tempera::app
