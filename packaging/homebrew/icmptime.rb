# Homebrew rewrites ELF files with patchelf, which would drop the program that a compiled binary carries after its ELF
# image. So this formula installs no binary: it runs the bundled program on Homebrew's own Deno.
class Icmptime < Formula
  desc "Clocks and one-way delays of hosts, by ICMP Timestamp"
  homepage "@URL@"
  url "@URL@/icmptime-@VERSION@.tgz"
  sha256 "@NPM_SHA256@"
  license "MIT"

  depends_on "deno"

  def install
    libexec.install Dir["lib/*"]
    man1.install "man/icmptime.1"
    (bin/"icmptime").write <<~SH
      #!/bin/sh
      exec "#{Formula["deno"].opt_bin}/deno" run @DENO_FLAGS@ "#{opt_libexec}/main.js" "$@"
    SH
    chmod 0755, bin/"icmptime"
    generate_completions_from_executable(bin/"icmptime", "completions")
  end

  def caveats
    "icmptime sends through raw sockets: run it by sudo."
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/icmptime --version")
  end
end
