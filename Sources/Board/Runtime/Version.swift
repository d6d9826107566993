/// The runtime's version, as it stands in journals and hellos.
public enum Version {
  public static let text = "0.1.0"
}
