// SPDX-License-Identifier: MIT
#include "app/views/observable_choice.hpp"

#include <algorithm>

#include "app/kit/text.hpp"
#include "app/shell/panel.hpp"

namespace tempera::app {

std::size_t observable_index(const Snapshot& s, const std::string& name, std::size_t otherwise) {
    const auto at = std::ranges::find_if(s.observables, [&](const Observable& o) { return o.name == name; });
    return at == s.observables.end() ? otherwise : static_cast<std::size_t>(at - s.observables.begin());
}

void observable_choice(Workbench& bench, const char* id, std::size_t which, std::string& name, float width) {
    const std::vector<Observable>& all = bench.workspace.snapshot().observables;
    ImGui::SetNextItemWidth(std::min(remaining().width, bench.theme.px(width)));
    if (ImGui::BeginCombo(id, shown(all.at(which).name).c_str(), ImGuiComboFlags_HeightLarge)) {
        for (std::size_t k = 0; k < all.size(); ++k) {
            if (ImGui::Selectable(shown(all[k].name).c_str(), k == which)) {
                name = all[k].name;
            }
        }
        ImGui::EndCombo();
    }
}

}  // namespace tempera::app
