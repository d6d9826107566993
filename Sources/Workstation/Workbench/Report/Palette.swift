/// Colours that people with any colour vision can tell apart, and the ink and paper around them.
///
/// Each is a variable of the page's style, which has a set for light and one for dark, with the light one's value for a
/// drawing that stands alone.
public enum Palette {
  /// For lines, points and bars, in the order they are given out (after Okabe & Ito 2008, darkened for white paper).
  public static let series = [
    "var(--s0,#0072B2)", "var(--s1,#D55E00)", "var(--s2,#009E73)", "var(--s3,#AA4499)", "var(--s4,#B8860B)",
    "var(--s5,#56B4E9)", "var(--s6,#7B8794)",
  ]
  static let ink = "var(--ink,#1F2933)"
  static let quiet = "var(--quiet,#5B6670)"
  static let grid = "var(--grid,#E4E7EB)"
  static let frame = "var(--frame,#9AA5B1)"
  static let paper = "var(--card,#FFFFFF)"
  /// On the shades of `heat`, which are the same in light and dark.
  static let heatInk = "#1F2933"

  /// The colour of series `index`; they come round again after the last.
  public static func color(_ index: Int) -> String { series[((index % series.count) + series.count) % series.count] }

  /// White to dark blue for `share` from 0 to 1.
  static func heat(_ share: Double) -> String {
    let stops: [(Double, Double, Double)] = [
      (247, 251, 255), (198, 219, 239), (107, 174, 214), (33, 113, 181), (8, 48, 107),
    ]
    let place = min(max(share.isFinite ? share : 0, 0), 1) * Double(stops.count - 1)
    let low = min(Int(place), stops.count - 2)
    let rest = place - Double(low)
    func mix(_ a: Double, _ b: Double) -> Int { Int((a + (b - a) * rest).rounded()) }
    let (a, b) = (stops[low], stops[low + 1])
    return "rgb(\(mix(a.0, b.0)),\(mix(a.1, b.1)),\(mix(a.2, b.2)))"
  }
}
