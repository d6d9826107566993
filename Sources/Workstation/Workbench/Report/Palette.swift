/// Colours that people with any colour vision can tell apart, and the ink and paper around them.
public enum Palette {
  /// For lines, points and bars, in the order they are given out (after Okabe & Ito 2008, darkened for white paper).
  public static let series = ["#0072B2", "#D55E00", "#009E73", "#AA4499", "#B8860B", "#56B4E9", "#333333"]
  static let ink = "#1F2933"
  static let quiet = "#5B6670"
  static let grid = "#E4E7EB"
  static let frame = "#9AA5B1"

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
