// SPDX-License-Identifier: MIT
// "Bring your own": a formula, a TorchScript file or points, looked at before anything is made of them. The
// preset that is open stays as it is until something is used.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "app/bring/model_page.hpp"
#include "app/bring/points_page.hpp"
#include "app/bring/target_page.hpp"

namespace tempera::app {

struct Workbench;

class BringCard {
public:
    BringCard();

    /// With the formula that was written last.
    void show();
    void show_formula(const std::string& formula);
    /// Points, a TorchScript file or a network's weights.
    void show_file(const Workbench& bench, const std::filesystem::path& file);
    /// Once a frame: asks for looks at what is brought beside the preset that is open, and takes them.
    void update(Workbench& bench);
    void draw(Workbench& bench);
    bool is_open() const { return open_ || wanted_; }
    /// What is shown is what was asked for last.
    bool settled() const;
    void set_on_publish(const std::function<void()>& callback);

    // What a test looks at.
    const TargetPage& formula() const { return formula_; }
    const TargetPage& module() const { return module_; }
    const PointsPage& points() const { return points_; }
    const ModelPage& model() const { return model_; }

private:
    enum class Page { formula, module, points };

    void draw_pages(Workbench& bench);
    void draw_left(Workbench& bench);
    void draw_right(Workbench& bench);
    void draw_module(Workbench& bench);
    void choose_file(Workbench& bench);
    void take(std::optional<Taken> taken);
    void finish(Workbench& bench);

    Page page_ = Page::formula;
    TargetPage formula_, module_;
    PointsPage points_;
    ModelPage model_;                    ///< of the file of the module's page
    std::filesystem::path module_file_;  ///< TorchScript, or a network's weights
    bool is_script_ = false;             ///< the former
    bool open_ = false, wanted_ = false,
         come_back_ = false;  ///< come back: when the dialog of files is closed
    std::optional<Taken> taken_;
};

}  // namespace tempera::app
