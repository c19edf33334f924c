#version 330 core
// A density grid (R32F) through a log transfer and the theme's colour table. The transfer is density_transfer() of
// engine/figures: log10 over 2.6 decades below the maximum, 0 at and below that.
in vec2 uv;
out vec4 colour;
uniform sampler2D grid;      // nearest; interpolated here because R32F need not be filterable
uniform sampler2D table;     // 256 x 1 RGB
uniform float maximum;
uniform float decades;

float value(ivec2 at, ivec2 size) { return texelFetch(grid, clamp(at, ivec2(0), size - 1), 0).r; }

void main() {
    ivec2 size = textureSize(grid, 0);
    vec2 p = uv * vec2(size) - 0.5;
    ivec2 base = ivec2(floor(p));
    vec2 f = p - vec2(base);
    float v = mix(mix(value(base, size), value(base + ivec2(1, 0), size), f.x),
                  mix(value(base + ivec2(0, 1), size), value(base + ivec2(1, 1), size), f.x), f.y);
    float t = (v > 0.0 && maximum > 0.0) ? clamp(1.0 + log(v / maximum) / log(10.0) / decades, 0.0, 1.0) : 0.0;
    colour = vec4(texture(table, vec2((t * 255.0 + 0.5) / 256.0, 0.5)).rgb, 1.0);
}
