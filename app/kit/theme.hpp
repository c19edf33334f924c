// SPDX-License-Identifier: MIT
// The one table of the window's looks: fonts, spaces and colours. Panels ask it and never hold values of
// their own.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "app/kit/text.hpp"
#include "figures/plot_spec.hpp"

namespace tempera::app {

/// Font Awesome glyphs in use.
namespace icon {
inline constexpr const char *play = "\xef\x81\x8b", *pause = "\xef\x81\x8c", *stop = "\xef\x81\x8d",
                            *step = "\xef\x81\x91", *level = "\xef\x81\x8e", *restart = "\xef\x8b\xb9",
                            *dice = "\xef\x94\xa2", *arrow = "\xef\x81\xa1", *warning = "\xef\x81\xb1",
                            *good = "\xef\x81\x98", *bad = "\xef\x81\x97", *menu = "\xef\x85\x82",
                            *folder = "\xef\x81\xbb", *file = "\xef\x85\x9b", *search = "\xef\x80\x82",
                            *up = "\xef\x81\xa2", *dot = "\xef\x84\x91", *follow = "\xef\x81\x9b";
}  // namespace icon

class Theme {
public:
    /// Loads the fonts (once per context; missing files fall back to Dear ImGui's own face).
    void load_fonts();
    /// Faces of the system that lend the characters that ours do not have; may be empty.
    const std::vector<std::filesystem::path>& borrowed_fonts() const { return borrowed_; }
    /// All of a text's characters can be drawn.
    bool can_draw(const std::string& text) const;
    /// Applies colours and spaces at a scale; throws ConfigError for unknown names.
    void apply(const std::string& name, float scale);

    const std::string& name() const { return name_; }
    const Palette& colours() const { return *palette_; }
    float scale() const { return scale_; }
    float px(float value) const { return value * scale_; }

    ImU32 role(Role r, int index = 0, float alpha = 1) const {
        return packed(palette_->role(r, index), alpha);
    }
    static ImU32 packed(unsigned rgb, float alpha = 1);
    static ImVec4 vec(unsigned rgb, float alpha = 1);
    ImVec4 text() const { return vec(palette_->text); }
    ImVec4 dim() const { return vec(palette_->dim); }

    ImFont *body = nullptr, *bold = nullptr, *mono = nullptr;
    static constexpr float body_size = 15, title_size = 14.5f, label_size = 12.5f, small_size = 13,
                           number_size = 15;

private:
    void borrow(const std::filesystem::path& file);

    std::string name_ = "dark";
    const Palette* palette_ = nullptr;
    float scale_ = 1;
    std::vector<std::filesystem::path> borrowed_;
    std::vector<std::vector<std::uint8_t>> borrowed_data_;  ///< the atlas reads it for as long as it lives
};

/// Pushes a face for a scope.
struct Face {
    Face(ImFont* font, float size) { ImGui::PushFont(font, size); }
    ~Face() { ImGui::PopFont(); }
    Face(const Face&) = delete;
    Face& operator=(const Face&) = delete;
};

}  // namespace tempera::app
