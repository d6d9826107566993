import PhysicalNetwork
import TwinFitting
import Workbench

extension Workspace {
  /// What fits shared twins with these options.
  ///
  /// - Throws: `StageError` where the options cannot be of a shared twin.
  static func sharedFitter(_ options: TwinFitOptions) throws -> SharedTwinFitter {
    guard options.canBeShared else {
      throw StageError(
        "a shared fit needs fitter = \"likelihood\", solver = \"euler-maruyama\", substeps = 1 and noise = \"diagonal\" in "
          + "[fitting] of network.toml: take the other keys out, or leave out --shared", code: ExitCode.usage)
    }
    do throws(TwinFitError) {
      return try SharedTwinFitter(embedding: options.embedding, epochs: options.diffusionEpochs, options: options)
    } catch {
      throw StageError("a shared fit is not possible: \(error)", code: ExitCode.usage)
    }
  }

  /// The kept shared twins of the kinds of nodes `places`, by kind.
  ///
  /// - Throws: `StageError` where one is missing, or is of devices with other channels or another sample period.
  func keptShared(
    for places: [Int], _ nodes: [NodeDescription], _ traces: [DeviceTrace]
  ) throws -> [String: StoredShared] {
    var models: [String: StoredShared] = [:]
    for place in places {
      let kind = nodes[place].device
      guard let model = models[kind] ?? SharedFolder(in: project).stored(kind) else {
        throw StageError(
          "node \(nodes[place].name): no shared twin of '\(kind)' is kept: run 'edgesync fit --shared' where there are "
            + "several such devices first, or copy \(SharedFolder.relativePath(kind)) and the .json beside it from a "
            + "project that has them")
      }
      let trace = traces[place]
      guard trace.driveCount == model.twin.drives, trace.responseCount == model.twin.observables else {
        throw StageError(
          "node \(nodes[place].name) has \(trace.driveCount) drives and \(trace.responseCount) responses, and the devices "
            + "of the shared twin of '\(kind)' have \(model.twin.drives) and \(model.twin.observables): fit it by itself"
        )
      }
      if let period = trace.samplePeriod, let known = model.sidecar.samplePeriodS,
        (period - known).magnitude > 1e-6 * known
      {
        throw StageError(
          "node \(nodes[place].name) was recorded at \(period) s a sample, and the devices of the shared twin of '\(kind)' "
            + "at \(known) s: a twin holds for one sample period; record it at theirs, or fit it by itself")
      }
      models[kind] = model
    }
    return models
  }
}
