<#
.SYNOPSIS
Sets D8 up: asks for a key, tries it, writes d8.toml and .env, and offers to start.
.DESCRIPTION
The key is typed unseen, goes to `d8 setup` through a pipe, and stands in no command line and no log.
.EXAMPLE
powershell -ExecutionPolicy Bypass -File setup.ps1
.EXAMPLE
powershell -ExecutionPolicy Bypass -File setup.ps1 -Provider gemini -Folder D:\d8
#>
param(
    [string]$Provider = 'groq',
    [string]$Folder = (Join-Path $env:USERPROFILE 'd8'),
    [string]$BaseUrl = ''
)

$ErrorActionPreference = 'Stop'
$Spanish = (Get-UICulture).TwoLetterISOLanguageName -eq 'es'

function Say([string]$English, [string]$SpanishText) {
    if ($Spanish) { Write-Host $SpanishText } else { Write-Host $English }
}

$KeysAt = @{
    groq   = 'https://console.groq.com/keys'
    gemini = 'https://aistudio.google.com/apikey'
    openai = 'https://platform.openai.com/api-keys'
}

# d8.exe: beside this file, built in the sources, or on the PATH.
$Places = @((Join-Path $PSScriptRoot 'd8.exe'), (Join-Path $PSScriptRoot '..\..\target\release\d8.exe'))
$D8 = $Places | Where-Object { Test-Path -LiteralPath $_ } | Select-Object -First 1
if (-not $D8) {
    $Found = Get-Command d8.exe -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
    if ($Found) { $D8 = $Found.Source }
}
if (-not $D8) {
    Say 'd8.exe is neither beside this file nor built nor on the PATH. Build it: cargo build --release -p d8' `
        'd8.exe no está junto a este archivo, ni compilado, ni en el PATH. Compílalo: cargo build --release -p d8'
    exit 2
}

New-Item -ItemType Directory -Force -Path $Folder | Out-Null
Set-Location -LiteralPath $Folder
Say "D8 is set up for $Provider in $Folder." "D8 se configura para $Provider en $Folder."

function Read-Key {
    $Secure = Read-Host -AsSecureString -Prompt 'API key'
    $Memory = [Runtime.InteropServices.Marshal]::SecureStringToBSTR($Secure)
    try { return [Runtime.InteropServices.Marshal]::PtrToStringBSTR($Memory).Trim() }
    finally { [Runtime.InteropServices.Marshal]::ZeroFreeBSTR($Memory) }
}

# Enter opens the page where keys are made; Enter again ends.
function Ask-Key {
    $Key = Read-Key
    if ($Key -or -not $KeysAt.ContainsKey($Provider)) { return $Key }
    Say "Opening $($KeysAt[$Provider]): make a key there and paste it here." `
        "Se abre $($KeysAt[$Provider]): crea una clave allí y pégala aquí."
    Start-Process $KeysAt[$Provider]
    return Read-Key
}

$Arguments = @('setup', $Provider, '--key-stdin', '--yes')
if ($BaseUrl) { $Arguments += @('--base-url', $BaseUrl) }
$Done = $false
foreach ($Try in 1..3) {
    Say 'Paste the key and press Enter; it is not shown. Enter alone opens the page where keys are made.' `
        'Pega la clave y pulsa Enter; no se ve. Enter a secas abre la página donde se crean las claves.'
    $Key = Ask-Key
    if (-not $Key) {
        Say 'No key, so nothing was written.' 'Sin clave no se ha escrito nada.'
        exit 1
    }
    # What d8 says it says itself: the limits it will respect, or what is wrong with the key.
    $Key | & $D8 @Arguments
    $Code = $LASTEXITCODE
    $Key = $null
    if ($Code -eq 0) { $Done = $true; break }
    if ($Code -ne 1) { exit $Code }
}
if (-not $Done) { exit 1 }

$Question = if ($Spanish) { '¿Arrancar D8 ahora? (S/N)' } else { 'Start D8 now? (Y/N)' }
if ((Read-Host $Question) -match '^[sSyY]') {
    # The quotes are for folders with spaces.
    Start-Process -FilePath (Join-Path $PSScriptRoot 'launch.bat') -ArgumentList ('"{0}"' -f $Folder)
    Start-Sleep -Seconds 3
    Start-Process 'http://127.0.0.1:5000'
}
Say 'Next: d8 doctor   d8 run work.jsonl   d8 stats' 'Ahora: d8 doctor   d8 run work.jsonl   d8 stats'
