/*
 * What a shell runs at the key for completion: it asks `llmcost completion --candidates` for the words that would fit, a line each with
 * what it means after a tab, and takes files where there is none.
 */

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

// bash breaks words at = and : itself, so the line is handed over as it is, and what it does not replace is taken off the answers.
const BASH = `# llmcost completion for bash: eval "$(llmcost completion bash)"
_llmcost_completion() {
  local line=\${COMP_LINE:0:COMP_POINT} cur=\${COMP_WORDS[COMP_CWORD]} typed word
  [[ $cur == [=:] ]] && cur=
  typed=\${line##*[[:space:]]}
  typed=\${typed%"$cur"}
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    [[ -n $word ]] || continue
    case $cur in
      [\\"\\']*) ;;
      *)
        word=$(printf '%q' "$word")
        word=\${word#"$typed"} ;;
    esac
    COMPREPLY+=("$word")
  done < <(llmcost completion --candidates --line "$line" 2>/dev/null)
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o default -F _llmcost_completion llmcost
`;

const ZSH = `#compdef llmcost
# llmcost completion for zsh: eval "$(llmcost completion zsh)" after compinit, or a file _llmcost in $fpath
_llmcost() {
  local -a values shown
  local value text
  while IFS=$'\\t' read -r value text; do
    [[ -n $value ]] || continue
    values+=("$value")
    shown+=("$value\${text:+  -- $text}")
  done < <(llmcost completion --candidates -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  if (( ! $#values )); then
    _files
  elif [[ $values[1] == *= ]]; then
    compadd -S '' -d shown -a values
  else
    compadd -d shown -a values
  fi
}
if [[ $funcstack[1] == _llmcost ]]; then _llmcost "$@"; else compdef _llmcost llmcost; fi
`;

const FISH = `# llmcost completion for fish: llmcost completion fish > ~/.config/fish/completions/llmcost.fish
function __llmcost_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found (llmcost completion --candidates -- $words[2..-1] "$current" 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path "$current"
    end
end
complete -c llmcost -f -a '(__llmcost_complete)'
`;

const POWERSHELL = `# llmcost completion for PowerShell: llmcost completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName llmcost -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $line = $commandAst.ToString()
  if ($wordToComplete -eq '') { $line += ' ' }
  llmcost completion --candidates --line $line | ForEach-Object {
    $word, $text = $_ -split "\`t", 2
    if (-not $text) { $text = $word }
    $quoted = if ($word -match '\\s') { "'" + $word.Replace("'", "''") + "'" } else { $word }
    [System.Management.Automation.CompletionResult]::new($quoted, $word, 'ParameterValue', $text)
  }
}
`;

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH, powershell: POWERSHELL };
