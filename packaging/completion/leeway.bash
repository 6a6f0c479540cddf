# Bash completion for leeway(1). The verbs and options are those of src/cli/command.def.
_leeway() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local verb=${COMP_WORDS[1]} second=${COMP_WORDS[2]}
  COMPREPLY=()

  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W 'policy decide replay cel import course plan pages pulse huddle track token demo serve verify export backup migrate erase version help' -- "$word")
    return
  fi
  if ((COMP_CWORD == 2)); then
    case $verb in
      policy)
        mapfile -t COMPREPLY < <(compgen -W 'check explain diff test draft publish versions normal rollback trial shadow effect suggest' -- "$word")
        return
        ;;
      export)
        mapfile -t COMPREPLY < <(compgen -W 'journal checkpoints' -- "$word")
        return
        ;;
      import)
        mapfile -t COMPREPLY < <(compgen -W 'people cases ratings outcomes' -- "$word")
        return
        ;;
      plan)
        mapfile -t COMPREPLY < <(compgen -W 'import export' -- "$word")
        return
        ;;
      pulse)
        mapfile -t COMPREPLY < <(compgen -W 'show open close' -- "$word")
        return
        ;;
      pages)
        mapfile -t COMPREPLY < <(compgen -W 'import export search index' -- "$word")
        return
        ;;
      course)
        mapfile -t COMPREPLY < <(compgen -W 'check import export growing' -- "$word")
        return
        ;;
      track)
        mapfile -t COMPREPLY < <(compgen -W 'cases brought charts causes room rebuild' -- "$word")
        return
        ;;
      token)
        mapfile -t COMPREPLY < <(compgen -W 'create list revoke' -- "$word")
        return
        ;;
      demo)
        mapfile -t COMPREPLY < <(compgen -W 'generate' -- "$word")
        return
        ;;
      cel)
        mapfile -t COMPREPLY < <(compgen -W 'eval test' -- "$word")
        return
        ;;
    esac
  fi

  if ((COMP_CWORD == 3)) && [[ $verb-$second == policy-draft ]]; then
    mapfile -t COMPREPLY < <(compgen -W 'list new show set split delete' -- "$word")
    return
  fi

  case $previous in
    --currency)
      mapfile -t COMPREPLY < <(compgen -W 'AUD CAD CHF EUR GBP INR JPY NZD SEK USD' -- "$word")
      return
      ;;
    --log)
      mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$word")
      return
      ;;
    --bindings | --after | --decisions | --agents | --days | --seed | --until | --note | --draft | --reason | --title | --course | --certificate | --from | --limit | --listen | --public-url | --smtp | --mail-from | --threads | --columns | --states | --zone) return ;;
    --policy | --people | --db | --checkpoints | --smtp-credentials)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
  esac

  local options='--help'
  case $verb-$second in
    policy-check) options+=' --people --json' ;;
    policy-explain | policy-diff) options+=' --json' ;;
    policy-draft)
      options+=' --db --json'
      case ${COMP_WORDS[3]} in
        new) options+=' --title --from' ;;
        show) options+=' --source' ;;
      esac
      ;;
    policy-publish) options+=' --draft --reason --note --renamed --end-trials --db --json' ;;
    policy-normal) options+=' --db --json' ;;
    policy-versions) options+=' --limit --db --json' ;;
    policy-shadow) options+=' start show stop --draft --version --days --until --reason --limit --db --json' ;;
    policy-trial) options+=' start list extend keep end --teams --share --days --until --stop-cost-a-day --note --limit --end-trials --db --json' ;;
    policy-rollback) options+=' --normal --note --db --json' ;;
    policy-suggest) options+=' --db --since --draft --json --quiet' ;;
    policy-effect) options+=' --version --plan --against --currency --json --quiet' ;;
    policy-test) options+=' --json --quiet' ;;
    cel-eval) options+=' --bindings --currency --dump' ;;
    cel-test) options+=' --verbose --json' ;;
    serve-*)
      options+=' --db --listen --policy --people --demo --public-url --smtp --mail-from --smtp-credentials --smtp-plain'
      options+=' --webhooks-inside --state --log --threads --routes'
      ;;
    huddle-*) options+=' --team --week --draft --db --json --quiet' ;;
    verify-*) options+=' --db --checkpoints --json' ;;
    export-journal) options+=' --db --after' ;;
    export-checkpoints | backup-*) options+=' --db' ;;
    migrate-*) options+=' --from --to' ;;
    erase-*) options+=' --db --yes' ;;
    import-people) options+=' --db --dry-run --skip-faulty --json' ;;
    import-cases) options+=' --columns --states --zone --keep-owners --db --dry-run --skip-faulty --json --quiet' ;;
    import-ratings) options+=' --columns --scale --zone --keep-owners --db --dry-run --skip-faulty --json --quiet' ;;
    import-outcomes) options+=' --columns --states --zone --db --dry-run --skip-faulty --json --quiet' ;;
    pages-import) options+=' --prune --dry-run --db --json' ;;
    pages-export) options+=' --db' ;;
    pages-search) options+=' --reason --language --limit --db --json' ;;
    pages-index) options+=' --db' ;;
    pulse-show) options+=' --db --csv --json' ;;
    pulse-open) options+=' --team --title --days --repeat --db --json' ;;
    pulse-close) options+=' --last --db --json' ;;
    pulse*) options+=' --db --json' ;;
    plan-import) options+=' --db --json' ;;
    plan-export) options+=' --lang --db' ;;
    course-check) options+=' --policy --against --json' ;;
    course-import) options+=' --course --title --certificate --db --json' ;;
    course-export) options+=' --db' ;;
    course-growing) options+=' --team --year --db --csv --json' ;;
    track-cases) options+=' --db --csv --json' ;;
    track-brought) options+=' --days --team --db --csv --json --quiet' ;;
    track-charts) options+=' --of --by --days --team --cause --agent --db --csv --json --quiet' ;;
    track-causes) options+=' --days --team --db --csv --json --quiet' ;;
    track-room) options+=' --team --db --csv --json --quiet' ;;
    track-rebuild) options+=' --db --json --quiet' ;;
    track-*) options+=' --days --team --agent --db --csv --json --quiet' ;;
    token-create) options+=' --scope --name --person --days --db --json' ;;
    token-list | token-revoke) options+=' --db --json' ;;
    demo-generate) options+=' --decisions --agents --days --seed --until --trial --db --quiet' ;;
    decide-*) options+=' --policy --people --quiet' ;;
    replay-*) options+=' --policy --against --before --set --people --flips --dry --json --csv --no-tape --quiet' ;;
  esac
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
  else
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
}
complete -F _leeway leeway
