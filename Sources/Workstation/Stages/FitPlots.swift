import Foundation
import TwinFitting
import TwinModel
import Workbench

/// The drawings of one twin.
struct FitPlots {
  /// Steps of an input drawn, and points of a portrait.
  private static let mostSteps = 160
  private static let mostPoints = 350

  private let curves: AcceptanceCurves
  private let twin: TwinParameters
  private let report: ResidualReport

  init(_ curves: AcceptanceCurves, twin: TwinParameters, report: ResidualReport) {
    self.curves = curves
    self.twin = twin
    self.report = report
  }

  /// Observables.
  var count: Int { min(curves.observables.count, twin.observables) }

  private func frame(_ title: String, _ x: String, _ y: String, yRange: ClosedRange<Double>? = nil) -> PlotFrame {
    PlotFrame(title: title, xLabel: x, yLabel: y, width: 460, height: 230, yRange: yRange, showsTitle: true)
  }

  /// Channel units of an observable's normalised value.
  private func response(_ value: Float, _ index: Int) -> Double {
    Double(value / twin.responseScale[index] + twin.responseOffset[index])
  }

  /// Device and twin under each input.
  func bands(_ index: Int) -> [String] {
    curves.inputs.enumerated().compactMap { number, input in
      guard input.observables.indices.contains(index), input.driveCount >= 1 else { return nil }
      let band = input.observables[index]
      let steps = min(
        Self.mostSteps, band.deviceMean.count, band.twinMean.count, band.deviceDeviation.count,
        band.twinDeviation.count)
      guard steps > 1 else { return nil }
      func line(_ mean: [Float], _ sd: [Float], _ side: Float) -> [Double] {
        (0..<steps).map { response(mean[$0] + side * sd[$0], index) }
      }
      let drive = (0..<min(steps, input.drives.count / input.driveCount)).map {
        Double(input.drives[$0 * input.driveCount] / max(twin.driveScale[0], 1e-9) + twin.driveOffset[0])
      }
      return LinePlot(
        frame("Input \(number + 1)", "control step", "channel units"),
        lines: [
          PlotLine("drive", y: drive, color: 6, dashed: true),
          PlotLine("device", y: line(band.deviceMean, band.deviceDeviation, 0), color: 0),
          PlotLine("twin", y: line(band.twinMean, band.twinDeviation, 0), color: 1),
        ],
        bands: [
          PlotBand(
            "± sd", low: line(band.deviceMean, band.deviceDeviation, -1),
            high: line(band.deviceMean, band.deviceDeviation, 1), color: 0),
          PlotBand(
            "± sd", low: line(band.twinMean, band.twinDeviation, -1), high: line(band.twinMean, band.twinDeviation, 1),
            color: 1),
        ]
      ).svg
    }
  }

  /// Everything else about one observable.
  func others(_ index: Int) -> [String] {
    guard curves.observables.indices.contains(index) else { return [] }
    let curve = curves.observables[index]
    return [autocovariance(curve), noise(curve), histogram(curve), correlation(curve, index), portrait(curve, index)]
      .compactMap { $0 }
  }

  private func autocovariance(_ curve: AcceptanceCurves.Observable) -> String? {
    guard curve.deviceAutocovariance.count > 1 else { return nil }
    return LinePlot(
      frame("Autocovariance over repeats", "lag, control steps", "normalised"),
      lines: [
        PlotLine("device", y: curve.deviceAutocovariance.map(Double.init), color: 0),
        PlotLine("twin", y: curve.twinAutocovariance.map(Double.init), color: 1),
      ]
    ).svg
  }

  private func noise(_ curve: AcceptanceCurves.Observable) -> String? {
    guard let noise = curve.noise, noise.drive.count > 1 else { return nil }
    let top = (noise.twinDeviation + noise.binDeviation).max() ?? 1
    return LinePlot(
      frame("Noise of one step", "drive", "sd, channel units", yRange: top > 0 ? 0...Double(top) * 1.15 : nil),
      lines: [PlotLine("twin", x: noise.drive.map(Double.init), y: noise.twinDeviation.map(Double.init), color: 1)],
      dots: [
        PlotPoints(
          "device, in bins", x: noise.binDrive.map(Double.init), y: noise.binDeviation.map(Double.init), color: 0)
      ]
    ).svg
  }

  private func histogram(_ curve: AcceptanceCurves.Observable) -> String? {
    let bins = curve.histogram.count
    guard bins > 1, curve.histogramLow < 0 else { return nil }
    let low = Double(curve.histogramLow)
    let width = -2 * low / Double(bins)
    let total = Double(curve.histogram.reduce(0, +))
    let grid = (0...80).map { low - low * Double($0) / 40 }
    return Histogram(
      frame("Standardised residuals", "residual", "held-out steps"),
      edges: (0...bins).map { low + width * Double($0) }, counts: curve.histogram,
      curve: PlotLine(
        "normal", x: grid, y: grid.map { total * width * exp(-$0 * $0 / 2) / (2 * Double.pi).squareRoot() }, color: 1,
        dashed: true)
    ).svg
  }

  private func correlation(_ curve: AcceptanceCurves.Observable, _ index: Int) -> String? {
    let values = curve.residualAutocorrelation.map(Double.init)
    guard values.count > 1 else { return nil }
    let bound = report.observables.indices.contains(index) ? report.observables[index].whitenessBound : 0
    let reach = max(0.25, (values.map(abs).max() ?? 0) * 1.1, bound * 1.3)
    return LinePlot(
      frame("Autocorrelation of residuals", "lag, control steps", "correlation", yRange: -reach...reach),
      lines: [PlotLine("", x: values.indices.map { Double($0 + 1) }, y: values, color: 0, points: true)],
      levels: [PlotLevel("", 0), PlotLevel("white noise", bound), PlotLevel("", -bound)]
    ).svg
  }

  private func portrait(_ curve: AcceptanceCurves.Observable, _ index: Int) -> String? {
    func points(_ name: String, _ flat: [Float], _ color: Int) -> PlotPoints {
      let pairs = flat.count / 2
      let kept = stride(from: 0, to: pairs, by: max(1, (pairs + Self.mostPoints - 1) / Self.mostPoints))
      return PlotPoints(
        name, x: kept.map { response(flat[2 * $0], index) }, y: kept.map { response(flat[2 * $0 + 1], index) },
        color: color)
    }
    guard curve.devicePortrait.count > 2 else { return nil }
    return ScatterPlot(
      frame("Phase portrait", "response, step before", "response"),
      points: [points("device", curve.devicePortrait, 0), points("twin", curve.twinPortrait, 1)]
    ).svg
  }
}
