import WireFormat

/// What `edged help` prints.
enum Usage {
  static let text = """
    edged \(Version.text): runs a physical neural network on this board.

    usage: edged COMMAND [options]
      init    make the board's folder: --name TEXT [--board-id HEX] [--bench FILE] [--trust FILE] [--force]
      daemon  serve the board: keep its drives safe, its standing run going and systemd informed
              [--proven-after SECONDS] (a run that went well for so long has proven its bundle; 60) [--real-time]
      serve   answer a workstation on standard input and output [--real-time]
      run     run a request that was sent before: --request HEX [--partial] (with the chips that answer) [--real-time]
      safe    write the safe values to every drive [--force] (end any run first, a standing one for good)
      bench   time the described board's steps against what its wires and converters allow [--steps N] [--real-time]
      status  print what the board is doing
      doctor  look at buses, chips, lines, rights and room, and say what is wrong and what to do [--json]
      metrics print what the board counts, for Prometheus [--textfile FILE] (into a file, in one piece)
      version print the version
    options of all:
      --state DIR     the board's folder (default /var/lib/edged)
      --trusted DIR   public keys whose bundles are accepted (default DIR/trusted.d, or /etc/edged/trusted.d)
    """
}
