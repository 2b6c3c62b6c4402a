# For nixpkgs' callPackage. A binary from elsewhere needs patchelf to find Nix's loader, and patchelf would drop the program
# that a compiled binary carries after its ELF image. So this installs no binary: it runs the bundled program on Nix's own
# Deno. dontStrip and dontPatchELF say so to whoever changes that.
{ lib, stdenvNoCC, fetchurl, makeWrapper, installShellFiles, deno }:

stdenvNoCC.mkDerivation rec {
  pname = "icmptime";
  version = "@VERSION@";

  src = fetchurl {
    url = "@URL@/icmptime-${version}.tgz";
    hash = "@NPM_SRI@";
  };

  nativeBuildInputs = [ makeWrapper installShellFiles ];
  dontConfigure = true;
  dontBuild = true;
  dontStrip = true;
  dontPatchELF = true;

  installPhase = ''
    runHook preInstall
    mkdir -p $out/lib/icmptime
    cp -r lib/. $out/lib/icmptime
    makeWrapper ${lib.getExe deno} $out/bin/icmptime \
      --add-flags "run @DENO_FLAGS@ $out/lib/icmptime/main.js"
    installManPage man/icmptime.1
    runHook postInstall
  '';

  meta = {
    description = "Clocks and one-way delays of hosts, by ICMP Timestamp";
    homepage = "@URL@";
    license = lib.licenses.mit;
    platforms = lib.platforms.linux ++ lib.platforms.darwin;
    mainProgram = "icmptime";
  };
}
