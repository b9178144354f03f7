# All tests of D8 on Windows: powershell -ExecutionPolicy Bypass -File scripts\test.ps1
# The twin of scripts/test, as far as it goes: the tests in Rust, then the official SDKs against the emulator and d8 up. The
# Hive's workers, the API by its document and the page are driven on Unix only.
$ErrorActionPreference = 'Stop'
Set-Location (Join-Path $PSScriptRoot '..')

function Say($text) { Write-Host "`n==> $text" }
function Fail($text) { Write-Host "`nfailed: $text" -ForegroundColor Red; exit 1 }
# A program's exit code is no error for PowerShell, so it is looked at here.
function Run($program) {
    & $program @args
    if ($LASTEXITCODE -ne 0) { Fail "$program $args (exit code $LASTEXITCODE)" }
}

if (-not (Get-Command cargo -ErrorAction SilentlyContinue)) { Fail 'there is no cargo here. Install Rust from https://rustup.rs' }
if (-not (Get-Command python -ErrorAction SilentlyContinue)) { Fail 'there is no Python here. Run: winget install Python.Python.3.13' }

$target = (cargo metadata --no-deps --format-version 1 | ConvertFrom-Json).target_directory
$python = Join-Path $target 'sdk-venv\Scripts\python.exe'

Say '1/4 Python environment'
if (-not (Test-Path $python)) { Run python -m venv (Join-Path $target 'sdk-venv') }
Run $python -m pip install --quiet --disable-pip-version-check --requirement tests\sdk\requirements.txt

Say '2/4 Build'
Run cargo test --workspace --locked --no-run

Say '3/4 Tests in Rust'
Run cargo test --workspace --locked

Say '4/4 The SDKs against the emulator'
$log = (New-TemporaryFile).FullName
$emulator = Start-Process (Join-Path $target 'debug\d8.exe') -ArgumentList 'emulate', '--listen', '127.0.0.1:0' `
    -RedirectStandardOutput $log -NoNewWindow -PassThru
try {
    $url = $null
    foreach ($try in 1..30) {
        if ((Get-Content $log -Raw) -match 'http://[0-9.]+:\d+') { $url = $Matches[0]; break }
        if ($emulator.HasExited) { Fail 'the emulator ended before it listened (see above)' }
        Start-Sleep -Seconds 1
    }
    if (-not $url) { Fail 'the emulator said no address in 30 seconds' }
    Run $python tests\sdk\run.py $url
    Run $python tests\sdk\gateway.py (Join-Path $target 'debug\d8.exe')
} finally {
    if (-not $emulator.HasExited) { Stop-Process -Id $emulator.Id; $emulator.WaitForExit() }
    Remove-Item $log -ErrorAction SilentlyContinue
}

Say 'all tests passed'
