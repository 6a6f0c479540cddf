# Fish completion for leeway(1). The verbs and options are those of src/cli/command.def.
function __leeway_verb
    set -l words (commandline -opc)
    test (count $words) -gt (count $argv); or return 1
    for i in (seq (count $argv))
        test $words[(math $i + 1)] = $argv[$i]; or return 1
    end
end

complete -c leeway -n __fish_use_subcommand -f -a policy -d 'Check, explain, compare and test policies'
complete -c leeway -n __fish_use_subcommand -f -a decide -d 'Decide a stream of requests, budgets and all'
complete -c leeway -n __fish_use_subcommand -f -a cel -d 'Evaluate expressions, run conformance vectors'
complete -c leeway -n __fish_use_subcommand -f -a serve -d 'Run the server'
complete -c leeway -n __fish_use_subcommand -f -a verify -d 'Look at the whole record for changes'
complete -c leeway -n __fish_use_subcommand -f -a export -d 'Print the journal or its checkpoints'
complete -c leeway -n __fish_use_subcommand -f -a backup -d 'Copy the database while it is used'
complete -c leeway -n __fish_use_subcommand -f -a erase -d 'Erase the names and texts of somebody'
complete -c leeway -n __fish_use_subcommand -f -a version -d 'Print the version'
complete -c leeway -n __fish_use_subcommand -f -a help -d 'List the verbs'
complete -c leeway -l help -d 'Say how'

set -l policy 'check explain diff test'
complete -c leeway -n "__leeway_verb policy; and not __fish_seen_subcommand_from $policy" -f -a check -d 'Find what is wrong'
complete -c leeway -n "__leeway_verb policy; and not __fish_seen_subcommand_from $policy" -f -a explain -d 'Say it in sentences'
complete -c leeway -n "__leeway_verb policy; and not __fish_seen_subcommand_from $policy" -f -a diff -d 'Say what changed'
complete -c leeway -n "__leeway_verb policy; and not __fish_seen_subcommand_from $policy" -f -a test -d 'Run expectations'
complete -c leeway -n '__leeway_verb cel; and not __fish_seen_subcommand_from eval test' -f -a eval -d 'Evaluate one expression'
complete -c leeway -n '__leeway_verb cel; and not __fish_seen_subcommand_from eval test' -f -a test -d 'Run vectors'

complete -c leeway -n '__leeway_verb export; and not __fish_seen_subcommand_from journal checkpoints' -f -a journal -d 'As JSON lines'
complete -c leeway -n '__leeway_verb export; and not __fish_seen_subcommand_from journal checkpoints' -f -a checkpoints -d 'The signatures'

complete -c leeway -n '__leeway_verb verify; or __leeway_verb export; or __leeway_verb backup; or __leeway_verb erase' -l db -r -d 'The database'
complete -c leeway -n '__leeway_verb serve' -l db -r -d 'The database'
complete -c leeway -n '__leeway_verb serve' -l listen -x -d 'HOST:PORT'
complete -c leeway -n '__leeway_verb serve' -l policy -r -d 'The policy'
complete -c leeway -n '__leeway_verb serve' -l people -r -d 'People, CSV or YAML'
complete -c leeway -n '__leeway_verb serve' -l demo -d 'An invented company'
complete -c leeway -n '__leeway_verb serve' -l public-url -x -d 'Of links'
complete -c leeway -n '__leeway_verb serve' -l smtp -x -d 'The mail server'
complete -c leeway -n '__leeway_verb serve' -l mail-from -x -d 'An address'
complete -c leeway -n '__leeway_verb serve' -l smtp-credentials -r -d 'NAME:PASSWORD'
complete -c leeway -n '__leeway_verb serve' -l smtp-plain -d 'Without STARTTLS'
complete -c leeway -n '__leeway_verb serve' -l webhooks-inside -d 'To addresses inside'
complete -c leeway -n '__leeway_verb serve' -l log -x -a 'text json' -d 'How'
complete -c leeway -n '__leeway_verb serve' -l threads -x -d 'Of HTTP'
complete -c leeway -n '__leeway_verb serve' -l routes -d 'List them and end'
complete -c leeway -n '__leeway_verb verify' -l checkpoints -r -d 'Kept elsewhere'
complete -c leeway -n '__leeway_verb verify' -l json -d 'For machines'
complete -c leeway -n '__leeway_verb export journal' -l after -x -d 'The number of an entry'
complete -c leeway -n '__leeway_verb erase' -l yes -d 'Without asking'
complete -c leeway -n '__leeway_verb policy' -l json -d 'For machines'
complete -c leeway -n '__leeway_verb policy check' -l people -r -d 'People, CSV or YAML'
complete -c leeway -n '__leeway_verb policy test' -l quiet -d 'The last line alone'
complete -c leeway -n '__leeway_verb decide' -l policy -r -d 'The policy'
complete -c leeway -n '__leeway_verb decide' -l people -r -d 'People, CSV or YAML'
complete -c leeway -n '__leeway_verb decide' -l quiet -d 'No progress'
complete -c leeway -n '__leeway_verb cel eval' -l bindings -r -d 'Variables, JSON or @FILE'
complete -c leeway -n '__leeway_verb cel eval' -l currency -x -d 'Of money()'
complete -c leeway -n '__leeway_verb cel eval' -l dump -d 'Print the program'
complete -c leeway -n '__leeway_verb cel test' -l verbose -d 'Those that pass, too'
complete -c leeway -n '__leeway_verb cel test' -l json -d 'For machines'
