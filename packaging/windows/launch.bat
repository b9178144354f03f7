@echo off
rem Starts D8 in this window: the queue, the workers and the page http://127.0.0.1:5000.
rem Double-click it, or: launch.bat [FOLDER]   FOLDER holds d8.toml and .env; without it %USERPROFILE%\d8.
rem Ctrl-C, or closing the window, ends D8. Nothing is lost either way.
setlocal
chcp 65001 >nul
title D8

set "FOLDER=%~1"
if not defined FOLDER set "FOLDER=%USERPROFILE%\d8"

set "D8="
if exist "%~dp0d8.exe" set "D8=%~dp0d8.exe"
if not defined D8 if exist "%~dp0..\..\target\release\d8.exe" set "D8=%~dp0..\..\target\release\d8.exe"
if not defined D8 for %%F in (d8.exe) do set "D8=%%~$PATH:F"
if not defined D8 goto no_d8

if not exist "%FOLDER%" mkdir "%FOLDER%"
cd /d "%FOLDER%" || goto no_folder
rem No brackets around these: a folder such as "Program Files (x86)" would close them.
if exist "%FOLDER%\d8.toml" goto start
if exist "%FOLDER%\.env" goto start
echo There is no d8.toml and no .env in "%FOLDER%" yet: setup.ps1 asks for a key and writes them.
echo D8 starts all the same, with the keys that it finds in the environment.
echo.

:start
echo D8: %D8%
echo Folder: %FOLDER%
echo Page: http://127.0.0.1:5000
echo.
"%D8%" up
set "CODE=%ERRORLEVEL%"
echo.
echo D8 has ended with code %CODE%. What it said stands above.
pause
exit /b %CODE%

:no_d8
echo d8.exe is neither beside this file nor built nor on the PATH.
echo Put it beside launch.bat, or build it in the sources: cargo build --release -p d8
pause
exit /b 2

:no_folder
echo The folder %FOLDER% cannot be opened.
pause
exit /b 2
