from engagement_rpc import main

main()
